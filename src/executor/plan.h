// SPDX-License-Identifier: Apache-2.0
// A graph made runnable for given input shapes: kernels created, intermediates placed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "core/tensor_spec.h"
#include "executor/node_runner.h"
#include "executor/profiler.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

// Per-node state that all plans of a graph share, by NodeId.
using NodeStates = std::vector<std::shared_ptr<NodeState>>;

// Where the bytes of planned values live. Values that are views of each other, or that are
// computed in place, share a storage: dtype and shape are those of the value, never of its storage.
struct Storage {
  enum class Kind {
    kConst,  // known at planning
    kFeed,   // the caller's input tensor
    kArena,  // at an offset in the arena; reused after its lifetime
    kHeap,   // a buffer of its own for every run: outputs, and what dynamic steps read
  };
  Kind kind = Kind::kArena;
  // The dtype of elements that are objects (strings, handles); they need a buffer of that dtype.
  // kInvalid: plain bytes.
  DType objects = DType::kInvalid;
  uint64_t bytes = 0;
  int first_step = 0;    // the first step that writes it
  int last_step = 0;     // the last step that reads or writes it
  uint64_t offset = 0;   // kArena
  int index = 0;         // kFeed: which feed; kHeap: which of the run's own buffers
  Tensor constant = {};  // kConst
};

inline constexpr int kUnplanned = -1;

// One output of one node. `storage` is kUnplanned for outputs of dynamic steps: these are Tensors
// in a slot, with the shape in `spec` if it is known.
struct Value {
  TensorSpec spec;
  int storage = kUnplanned;
  int slot = kUnplanned;
};

struct Step {
  enum class Kind : uint8_t {
    kKernel,   // a kernel on planned memory
    kDynamic,  // on tensors, allocated at run time
    kNothing,  // no work; only propagates deadness
  };
  NodeId node = kNoNode;
  const OpDef* def = nullptr;
  Kind kind = Kind::kKernel;
  bool maybe_dead = false;
  std::unique_ptr<Kernel> kernel = {};      // for kKernel
  uint64_t packed_inputs = 0;               // KernelContext::packed_inputs
  std::unique_ptr<NodeRunner> runner = {};  // for kDynamic
  // Ranges in Plan::arguments.
  int first_input = 0;
  int num_inputs = 0;
  int first_output = 0;
  int num_outputs = 0;
  std::vector<int> last_slots = {};  // slots that this step is the last to read
};

// The result of PlanGraph (plan_builder.h).
struct PlanData {
  std::vector<Value> values;
  std::vector<Storage> storages;
  std::vector<Step> steps;
  std::vector<int> arguments;  // value ids
  std::vector<int> outputs;    // value ids, in the order of graph.outputs
  std::vector<int> heap_storages;
  std::vector<std::vector<int>> slot_readers;  // by slot: arguments of kernels that read it
  bool maybe_dead = false;                     // whether any step may be dead
  uint64_t arena_bytes = 0;
};

// Thrown by a loop to pause a run. Not a std::exception: only Plan::Continue may catch it.
struct RunPaused {};

class Plan {
 public:
  // The arguments must outlive the plan, except `feeds`: dtype and shape of every graph.inputs,
  // fully known. `environment` may be null.
  Plan(const Graph& graph, std::vector<TensorSpec> feeds, NodeStates& states,
       Environment* environment);

  bool Fits(std::span<const Tensor> feeds) const;
  const std::vector<TensorSpec>& feeds() const { return feeds_; }
  uint64_t arena_bytes() const { return data_.arena_bytes; }
  size_t num_steps() const { return data_.steps.size(); }
  // The specs of graph.outputs; unknown shapes if they depend on data.
  std::vector<TensorSpec> OutputSpecs() const;
  // Whether a run is in progress. A plan is not reentrant.
  bool is_running() const { return is_running_; }

  ~Plan();

  // Returns the values of graph.outputs. `arena` must have arena_bytes() bytes that nobody else
  // uses during the run. `profiler` may be null. Throws E_INPUT if an output is dead.
  std::vector<Tensor> Run(std::span<const Tensor> feeds, void* arena, Profiler* profiler);

  // A run that may pause (ModelState::EnterRun): call Continue until it returns the outputs, not
  // nullopt, then Stop. Stop may also be called before the end. The run has an arena of its own;
  // runs of other plans may take place in between.
  void Start(std::span<const Tensor> feeds);
  std::optional<std::vector<Tensor>> Continue(Profiler* profiler);
  void Stop();

 private:
  struct RunState;
  struct StartedRun;

  void BindConstants();
  void BindArena(void* arena);
  void BindRun(RunState& state);
  void RunSteps(RunState& state, Profiler* profiler);
  bool IsDeadValue(int value, const RunState& state) const;
  Tensor ValueTensor(int value, const RunState& state) const;
  bool IsDead(const Step& step, const RunState& state) const;
  void MarkDead(const Step& step, RunState& state) const;
  void RunStep(const Step& step, RunState& state);
  void RunDynamic(const Step& step, RunState& state);
  void StoreOutput(const Step& step, int output, Tensor tensor, RunState& state);
  TensorSpec ActualSpec(int argument, const RunState& state) const;
  void RunProfiled(const Step& step, RunState& state, Profiler& profiler);
  std::vector<Tensor> TakeOutputs(const RunState& state) const;

  const Graph& graph_;
  std::vector<TensorSpec> feeds_;
  PlanData data_;
  std::vector<void*> pointers_;     // parallel to data_.arguments
  std::vector<int> run_arguments_;  // arguments whose pointers differ between runs
  void* bound_arena_ = nullptr;
  bool is_running_ = false;
  std::unique_ptr<StartedRun> started_;
};

}  // namespace tfwasm
