// SPDX-License-Identifier: Apache-2.0
#include "executor/plan.h"

#include <algorithm>

#include "core/flag_list.h"
#include "executor/plan_builder.h"

namespace tfwasm {

// The state of one run. Freed at its end, also when a kernel throws.
struct Plan::RunState {
  std::span<const Tensor> feeds;
  std::vector<std::shared_ptr<Buffer>> heap = {};  // by Storage::index
  std::vector<Tensor> slots = {};                  // by Value::slot
  FlagList dead_values = {};                       // by value; empty if nothing can be dead
  FlagList dead_nodes = {};                        // by NodeId
  size_t next_step = 0;
};

struct Plan::StartedRun {
  std::vector<Tensor> feeds;
  std::shared_ptr<Buffer> arena;
  RunState state;
};

namespace {

std::shared_ptr<Buffer> AllocateHeap(const Storage& storage) {
  if (storage.objects == DType::kInvalid) return Buffer::Allocate(DType::kBool, storage.bytes);
  return Buffer::Allocate(storage.objects, storage.bytes / ElementSize(storage.objects));
}

}  // namespace

Plan::Plan(const Graph& graph, std::vector<TensorSpec> feeds, NodeStates& states,
           Environment* environment)
    : graph_(graph),
      feeds_(std::move(feeds)),
      data_(PlanGraph(graph, feeds_, states, environment)),
      pointers_(data_.arguments.size(), nullptr) {
  for (size_t i = 0; i < data_.arguments.size(); ++i) {
    const int storage_id = data_.values[static_cast<size_t>(data_.arguments[i])].storage;
    if (storage_id == kUnplanned) continue;
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    if (storage.kind == Storage::Kind::kFeed || storage.kind == Storage::Kind::kHeap) {
      run_arguments_.push_back(static_cast<int>(i));
    }
  }
  BindConstants();
}

// Only those that kernels read when they run: quantized ones are dequantized here.
void Plan::BindConstants() {
  for (const Step& step : data_.steps) {
    if (step.kind != Step::Kind::kKernel) continue;
    for (int k = 0; k < step.num_inputs + step.num_outputs; ++k) {
      const auto argument = static_cast<size_t>(step.first_input + k);
      const int storage_id = data_.values[static_cast<size_t>(data_.arguments[argument])].storage;
      if (storage_id == kUnplanned) continue;
      Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
      const bool is_packed = IsPacked(step.packed_inputs, static_cast<size_t>(k));
      if (storage.kind != Storage::Kind::kConst || is_packed) continue;
      pointers_[argument] = storage.constant.mutable_data();
    }
  }
}

bool Plan::Fits(std::span<const Tensor> feeds) const {
  for (size_t i = 0; i < feeds_.size(); ++i) {
    if (feeds_[i].dtype != feeds[i].dtype() || !(feeds_[i].shape == feeds[i].shape())) return false;
  }
  return true;
}

std::vector<TensorSpec> Plan::OutputSpecs() const {
  std::vector<TensorSpec> specs;
  for (const int value : data_.outputs) {
    specs.push_back(data_.values[static_cast<size_t>(value)].spec);
  }
  return specs;
}

void Plan::BindArena(void* arena) {
  if (arena == bound_arena_) return;
  for (size_t i = 0; i < data_.arguments.size(); ++i) {
    const int storage_id = data_.values[static_cast<size_t>(data_.arguments[i])].storage;
    if (storage_id == kUnplanned) continue;
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    if (storage.kind != Storage::Kind::kArena) continue;
    pointers_[i] = static_cast<char*>(arena) + storage.offset;
  }
  bound_arena_ = arena;
}

void Plan::BindRun(RunState& state) {
  state.slots.resize(data_.slot_readers.size());
  state.heap.reserve(data_.heap_storages.size());
  for (const int storage_id : data_.heap_storages) {
    state.heap.push_back(AllocateHeap(data_.storages[static_cast<size_t>(storage_id)]));
  }
  if (data_.maybe_dead) {
    state.dead_values.resize(data_.values.size());
    state.dead_nodes.resize(static_cast<size_t>(graph_.size()));
  }
  for (const int argument : run_arguments_) {
    const int value = data_.arguments[static_cast<size_t>(argument)];
    const int storage_id = data_.values[static_cast<size_t>(value)].storage;
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    const auto index = static_cast<size_t>(storage.index);
    const bool is_feed = storage.kind == Storage::Kind::kFeed;
    Buffer& buffer = is_feed ? *state.feeds[index].buffer() : *state.heap[index];
    pointers_[static_cast<size_t>(argument)] = buffer.data();
  }
}

bool Plan::IsDeadValue(int value, const RunState& state) const {
  return !state.dead_values.empty() && state.dead_values[static_cast<size_t>(value)];
}

// An empty tensor if the value is dead.
Tensor Plan::ValueTensor(int value, const RunState& state) const {
  if (IsDeadValue(value, state)) return {};
  const Value& planned = data_.values[static_cast<size_t>(value)];
  const auto with_buffer = [&](const std::shared_ptr<Buffer>& buffer) {
    return Tensor(planned.spec.dtype, planned.spec.shape, buffer);
  };
  if (planned.storage == kUnplanned) {
    const Tensor& made = state.slots[static_cast<size_t>(planned.slot)];
    // A view shares the slot of its source.
    return planned.spec.shape.IsKnown() ? with_buffer(made.buffer()) : made;
  }
  const Storage& storage = data_.storages[static_cast<size_t>(planned.storage)];
  const auto index = static_cast<size_t>(storage.index);
  switch (storage.kind) {
    case Storage::Kind::kConst:
      return with_buffer(storage.constant.buffer());
    case Storage::Kind::kFeed:
      return with_buffer(state.feeds[index].buffer());
    case Storage::Kind::kHeap:
      return with_buffer(state.heap[index]);
    case Storage::Kind::kArena:
      break;
  }
  Throw(Code::kInternal, "a value in the arena was asked for as a tensor");
}

// A Merge takes a live input. Control inputs do not matter to it.
bool Plan::IsDead(const Step& step, const RunState& state) const {
  const bool is_merge = step.def->liveness == Liveness::kMerge;
  int dead = 0;
  for (int i = 0; i < step.num_inputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_input + i)];
    if (state.dead_values[static_cast<size_t>(value)]) ++dead;
  }
  if (is_merge) return dead == step.num_inputs;
  const auto& controls = graph_.node(step.node).control_inputs;
  return dead > 0 || std::any_of(controls.begin(), controls.end(), [&](NodeId id) {
           return state.dead_nodes[static_cast<size_t>(id)] != 0;
         });
}

void Plan::MarkDead(const Step& step, RunState& state) const {
  state.dead_nodes[static_cast<size_t>(step.node)] = true;
  for (int i = 0; i < step.num_outputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_output + i)];
    state.dead_values[static_cast<size_t>(value)] = true;
  }
}

void Plan::RunStep(const Step& step, RunState& state) {
  if (step.kind == Step::Kind::kDynamic) return RunDynamic(step, state);
  if (step.kind == Step::Kind::kNothing) return;
  RunContext context(&pointers_[static_cast<size_t>(step.first_input)],
                     &pointers_[static_cast<size_t>(step.first_output)]);
  step.kernel->Run(context);
}

void Plan::RunDynamic(const Step& step, RunState& state) {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<size_t>(step.num_inputs));
  for (int i = 0; i < step.num_inputs; ++i) {
    inputs.push_back(
        ValueTensor(data_.arguments[static_cast<size_t>(step.first_input + i)], state));
  }
  std::vector<Tensor> outputs = step.runner->Run(inputs);
  for (int i = 0; i < step.num_outputs; ++i) {
    StoreOutput(step, i, std::move(outputs[static_cast<size_t>(i)]), state);
  }
}

void Plan::StoreOutput(const Step& step, int output, Tensor tensor, RunState& state) {
  const int id = data_.arguments[static_cast<size_t>(step.first_output + output)];
  const Value& value = data_.values[static_cast<size_t>(id)];
  if (tensor.empty()) {
    state.dead_values[static_cast<size_t>(id)] = true;
    return;
  }
  if (value.spec.shape.IsKnown() &&
      (value.spec.dtype != tensor.dtype() || value.spec.shape != tensor.shape())) {
    Throw(Code::kShape, "expected ", value.spec.dtype, " ", value.spec.shape, " as output ", output,
          ", got ", tensor.dtype(), " ", tensor.shape());
  }
  if (value.storage != kUnplanned) return;  // known at planning
  for (const int reader : data_.slot_readers[static_cast<size_t>(value.slot)]) {
    pointers_[static_cast<size_t>(reader)] = tensor.mutable_data();
  }
  state.slots[static_cast<size_t>(value.slot)] = std::move(tensor);
}

// The spec of an argument's value at run time; no dtype if it is dead.
TensorSpec Plan::ActualSpec(int argument, const RunState& state) const {
  const int id = data_.arguments[static_cast<size_t>(argument)];
  const Value& value = data_.values[static_cast<size_t>(id)];
  const bool is_planned = value.storage != kUnplanned && !IsDeadValue(id, state);
  return is_planned ? value.spec : SpecOf(ValueTensor(id, state));
}

void Plan::RunProfiled(const Step& step, RunState& state, Profiler& profiler) {
  const Node& node = graph_.node(step.node);
  const bool calls_functions = step.def->first_argument != kNoArguments;
  // The nodes of the called functions are recorded instead.
  if (calls_functions || step.kind == Step::Kind::kNothing) return RunStep(step, state);
  NodeProfile profile{.name = node.name, .op = node.op};
  for (int i = 0; i < step.num_inputs; ++i) {
    const TensorSpec spec = ActualSpec(step.first_input + i, state);
    profile.input_shapes.push_back(spec.shape);
  }
  profile.milliseconds = Profiler::Time([&] { RunStep(step, state); });
  for (int i = 0; i < step.num_outputs; ++i) {
    const TensorSpec spec = ActualSpec(step.first_output + i, state);
    if (spec.dtype != DType::kInvalid) profile.AddOutput(spec);
  }
  profiler.Add(std::move(profile));
}

std::vector<Tensor> Plan::TakeOutputs(const RunState& state) const {
  std::vector<Tensor> outputs;
  outputs.reserve(data_.outputs.size());
  for (size_t i = 0; i < data_.outputs.size(); ++i) {
    outputs.push_back(ValueTensor(data_.outputs[i], state));
    if (!outputs.back().empty()) continue;
    Throw(Code::kInput, "'", graph_.outputs[i].name,
          "' has no value: it is on a branch that was not taken");
  }
  return outputs;
}

void Plan::RunSteps(RunState& state, Profiler* profiler) {
  for (; state.next_step < data_.steps.size(); ++state.next_step) {
    const Step& step = data_.steps[state.next_step];
    Blaming(graph_.node(step.node), [&] {
      if (step.maybe_dead && IsDead(step, state)) {
        MarkDead(step, state);
      } else if (profiler == nullptr) {
        RunStep(step, state);
      } else {
        RunProfiled(step, state, *profiler);
      }
    });
    for (const int slot : step.last_slots) state.slots[static_cast<size_t>(slot)] = Tensor();
  }
}

std::vector<Tensor> Plan::Run(std::span<const Tensor> feeds, void* arena, Profiler* profiler) {
  struct Running {
    explicit Running(bool& is_running) : flag(is_running) { flag = true; }
    ~Running() { flag = false; }
    bool& flag;
  };
  const Running running(is_running_);
  RunState state{.feeds = feeds};
  BindArena(arena);
  BindRun(state);
  RunSteps(state, profiler);
  return TakeOutputs(state);
}

void Plan::Start(std::span<const Tensor> feeds) {
  auto run = std::make_unique<StartedRun>();
  run->feeds.assign(feeds.begin(), feeds.end());
  run->arena = Buffer::Allocate(DType::kBool, arena_bytes());
  run->state.feeds = run->feeds;
  BindArena(run->arena->data());
  BindRun(run->state);
  started_ = std::move(run);
  is_running_ = true;
}

std::optional<std::vector<Tensor>> Plan::Continue(Profiler* profiler) {
  try {
    RunSteps(started_->state, profiler);
  } catch (const RunPaused&) {
    return std::nullopt;
  }
  return TakeOutputs(started_->state);
}

void Plan::Stop() {
  started_.reset();
  is_running_ = false;
}

Plan::~Plan() = default;

}  // namespace tfwasm
