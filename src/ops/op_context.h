// SPDX-License-Identifier: Apache-2.0
// What the functions of an op are given: contexts for infer, kernel, Kernel::Run and run.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "core/tensor_spec.h"
#include "graph/graph.h"
#include "ops/environment.h"

namespace tfwasm {

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

}  // namespace tfwasm
