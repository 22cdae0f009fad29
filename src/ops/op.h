// SPDX-License-Identifier: Apache-2.0
// What an op says about itself. One file under src/ops/ defines one op or a tight family and
// registers it with a static OpRegistration; nothing else in the tree has to hear of it.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/environment.h"

namespace tfwasm {

// Of a known shape. 64 bits, since what a model asks for need not fit the address space.
inline uint64_t NumBytes(const TensorSpec& spec) {
  return static_cast<uint64_t>(spec.shape.NumElements()) * ElementSize(spec.dtype);
}

// State that lives as long as the model and is shared by all plans of one node, such as weights in
// XNNPACK's packed layout.
class NodeState {
 public:
  virtual ~NodeState() = default;
};

// What shape inference and kernel creation see of a node: its attributes, and for every input the
// dtype, the (fully known) shape, and the value where it is constant or already computed.
class OpContext {
 public:
  OpContext(const Node& node, std::vector<TensorSpec> inputs, std::vector<const Tensor*> values)
      : node_(&node), inputs_(std::move(inputs)), values_(std::move(values)) {}

  const Node& node() const { return *node_; }
  const AttrMap& attrs() const { return node_->attrs; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  DType dtype(int i) const { return inputs_[static_cast<size_t>(i)].dtype; }
  const Shape& shape(int i) const { return inputs_[static_cast<size_t>(i)].shape; }
  // nullptr while the value is unknown.
  const Tensor* value(int i) const {
    values_read_ |= uint64_t{1} << std::min(i, 63);
    return values_[static_cast<size_t>(i)];
  }
  // Bit i: whether value(i) was asked for; bit 63 stands for all inputs from 63 on.
  uint64_t values_read() const { return values_read_; }

  // Checks that throw E_DTYPE or E_SHAPE naming input i by `what`, e.g. "the filter".
  void ExpectDType(int i, DType expected, std::string_view what) const;
  void ExpectRank(int i, int rank, std::string_view what) const;

 private:
  const Node* node_;
  std::vector<TensorSpec> inputs_;
  std::vector<const Tensor*> values_;
  mutable uint64_t values_read_ = 0;
};

// Passed to an op's infer function, which calls set_output for each of its outputs, or Defer.
class InferContext : public OpContext {
 public:
  using OpContext::OpContext;

  void set_output(int i, DType dtype, const Shape& shape);
  // An output whose shape only the kernel finds out (RunContext::AllocateOutput).
  void set_output_unknown(int i, DType dtype);
  // An output whose value is known without running anything, such as that of Shape.
  void set_output_value(int i, Tensor value);
  // Says that an input's value is needed that is not known yet: infer is called again at run time,
  // when all values are. Return right after.
  void Defer() { deferred_ = true; }

  // nullptr outside of a model.
  Environment* environment() const { return environment_; }
  void set_environment(Environment* environment) { environment_ = environment; }

  bool deferred() const { return deferred_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }
  const std::vector<Tensor>& output_values() const { return output_values_; }

 private:
  void Grow(int i);

  Environment* environment_ = nullptr;
  bool deferred_ = false;
  std::vector<TensorSpec> outputs_;
  std::vector<Tensor> output_values_;  // an empty Tensor where unknown
};

// Where a kernel finds its bytes. Strings are std::string objects, complex64 are Complex64.
class RunContext {
 public:
  RunContext(void* const* inputs, void* const* outputs) : inputs_(inputs), outputs_(outputs) {}
  virtual ~RunContext() = default;

  template <typename T = void>
  const T* in(int i) const {
    return static_cast<const T*>(inputs_[i]);
  }
  template <typename T = void>
  T* out(int i) const {
    return static_cast<T*>(outputs_[i]);
  }
  // For outputs declared with set_output_unknown: gives output i its shape and memory.
  virtual Tensor& AllocateOutput(int i, const Shape& shape);

 private:
  void* const* inputs_;
  void* const* outputs_;
};

// An op made ready for given shapes, attributes and constant inputs.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // Computes the outputs. Must not throw for planned shapes, save E_INPUT for bad input values
  // (an index out of range) and E_OOM.
  virtual void Run(RunContext& context) = 0;
};

// A Kernel out of a lambda `void(RunContext&)`.
template <typename F>
std::unique_ptr<Kernel> MakeKernel(F run) {
  class LambdaKernel : public Kernel {
   public:
    explicit LambdaKernel(F run) : run_(std::move(run)) {}
    void Run(RunContext& context) override { run_(context); }

   private:
    F run_;
  };
  return std::make_unique<LambdaKernel>(std::move(run));
}

// Passed to an op's kernel function: additionally the outputs, and the node's shared state.
class KernelContext : public OpContext {
 public:
  KernelContext(const Node& node, std::vector<TensorSpec> inputs, std::vector<const Tensor*> values,
                std::vector<TensorSpec> outputs, std::shared_ptr<NodeState>* state)
      : OpContext(node, std::move(inputs), std::move(values)),
        outputs_(std::move(outputs)),
        state_(state) {}

  const TensorSpec& output(int i) const { return outputs_[static_cast<size_t>(i)]; }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }

  // The node's state of type T (a NodeState), made by `create` the first time. `create` may depend
  // on attributes and constant inputs only, since plans for other shapes share what it returns.
  template <typename T, typename F>
  std::shared_ptr<T> Shared(F create) const {
    if (*state_ == nullptr) *state_ = create();
    return std::static_pointer_cast<T>(*state_);
  }

 private:
  std::vector<TensorSpec> outputs_;
  std::shared_ptr<NodeState>* state_;
};

// Passed to an op that works on whole tensors: it may hand its inputs on without a copy, keep them,
// and reach the rest of the model.
class TensorContext {
 public:
  TensorContext(const Node& node, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                Environment* environment)
      : node_(node), inputs_(inputs), outputs_(outputs), environment_(environment) {}

  const Node& node() const { return node_; }
  const AttrMap& attrs() const { return node_.attrs; }
  std::span<const Tensor> inputs() const { return inputs_; }
  const Tensor& input(int i) const { return inputs_[static_cast<size_t>(i)]; }
  void set_output(int i, Tensor value) { outputs_[static_cast<size_t>(i)] = std::move(value); }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  // Throws E_INPUT outside of a model.
  Environment& environment() const;

 private:
  const Node& node_;
  std::span<const Tensor> inputs_;
  std::span<Tensor> outputs_;
  Environment* environment_;
};

// How an op treats the values on a branch that is not taken. Such a value is dead: what reads it is
// not run, and dead too.
enum class Liveness : uint8_t {
  kNormal,
  kSwitch,  // leaves outputs that it does not set dead
  kMerge,   // is run when one of its inputs is alive; the others are empty tensors
};

inline constexpr int kAnyNumber = 1 << 30;
inline constexpr int kNoArguments = -1;

// Names in one text, with commas between them: hundreds of these are laid out in static data.
class NameList {
 public:
  class Iterator {
   public:
    constexpr explicit Iterator(std::string_view rest) : rest_(rest) {}
    constexpr std::string_view operator*() const { return rest_.substr(0, rest_.find(',')); }
    constexpr Iterator& operator++() {
      const size_t comma = rest_.find(',');
      rest_.remove_prefix(comma == rest_.npos ? rest_.size() : comma + 1);
      return *this;
    }
    constexpr bool operator==(const Iterator& other) const {
      return rest_.size() == other.rest_.size();
    }

   private:
    std::string_view rest_;
  };

  constexpr NameList() = default;
  constexpr NameList(const char* names) : names_(names) {}  // NOLINT(google-explicit-constructor)

  constexpr Iterator begin() const { return Iterator(names_); }
  constexpr Iterator end() const { return Iterator({}); }

 private:
  std::string_view names_;
};

// Constants: hundreds of these must cost nothing when the program starts.
struct OpDef {
  std::string_view name;
  NameList aliases = {};
  int min_inputs = 1;
  int max_inputs = 1;  // kAnyNumber for variadic ops
  // Number of outputs, where it is not 1.
  int (*num_outputs)(const Node&) = nullptr;
  // Names of the output arguments, for edges like "split:output:1" inside library functions;
  // needed only by ops with more than one output argument.
  NameList output_names = {};

  void (*infer)(InferContext&) = nullptr;
  std::unique_ptr<Kernel> (*kernel)(const KernelContext&) = nullptr;
  // Instead of a kernel: works on whole tensors. Then infer is called with whatever is known, also
  // with shapes that are not; what it says of the outputs is checked when they are there.
  void (*run)(TensorContext&) = nullptr;

  // Output 0 may be written over input i, for each bit i, when their byte sizes are equal.
  uint32_t in_place_inputs = 0;
  // Output 0 has the very bytes of input 0 under another shape: no kernel is run.
  bool is_view = false;
  // Results differ from run to run (random numbers) or have effects: never folded or shared.
  bool is_stateful = false;
  // Takes or makes resources and variants; all other ops are kept from them.
  bool takes_handles = false;
  Liveness liveness = Liveness::kNormal;
  // The inputs from this one on are the arguments of every function that an attribute names.
  int first_argument = kNoArguments;
  // The functions are called again with what one of them returned: output i becomes input i.
  bool is_loop = false;
};

// Registers an op when the program starts.
class OpRegistration {
 public:
  // Keeps a reference: `def` is a constant.
  explicit OpRegistration(const OpDef& def);

  const OpDef& def() const { return def_; }
  // The one before; nullptr for the first.
  const OpRegistration* previous() const { return previous_; }

 private:
  const OpDef& def_;
  const OpRegistration* previous_;
};

// nullptr when there is no such op.
const OpDef* FindOp(std::string_view name);
// The names of all ops, aliases too, in no particular order.
std::vector<std::string_view> RegisteredOps();
int NumOutputs(const OpDef& def, const Node& node);
// The position among the outputs of `producer` of element `index` of its output argument `name`:
// what "node:name:index" in a library function means.
int OutputPosition(const Node& producer, std::string_view name, int index);

}  // namespace tfwasm
