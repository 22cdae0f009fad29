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

// State of a node that all its plans share and that lives as long as the model, such as packed
// weights.
class NodeState {
 public:
  virtual ~NodeState() = default;
};

// A node, as seen by infer and by the creation of kernels: its attributes, and for every input the
// dtype, the (fully known) shape, and the value if it is constant or already computed.
class OpContext {
 public:
  OpContext(const Node& node [[clang::lifetimebound]], std::vector<TensorSpec> inputs,
            std::vector<const Tensor*> values)
      : node_(&node), inputs_(std::move(inputs)), values_(std::move(values)) {}

  const Node& node() const { return *node_; }
  const AttrMap& attrs() const { return node_->attrs; }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  DType dtype(int i) const { return inputs_[static_cast<size_t>(i)].dtype; }
  const Shape& shape(int i) const [[clang::lifetimebound]] {
    return inputs_[static_cast<size_t>(i)].shape;
  }
  // nullptr if the value is unknown.
  const Tensor* value(int i) const {
    values_read_ |= uint64_t{1} << std::min(i, 63);
    return values_[static_cast<size_t>(i)];
  }
  // Bit i: whether value(i) was called. Bit 63 stands for all inputs from 63 on.
  uint64_t values_read() const { return values_read_; }

  // Checks. Throw E_DTYPE or E_SHAPE and name input i by `what`, e.g. "the filter".
  void ExpectDType(int i, DType expected, std::string_view what) const;
  void ExpectRank(int i, int rank, std::string_view what) const;

 private:
  const Node* node_;
  std::vector<TensorSpec> inputs_;
  std::vector<const Tensor*> values_;
  mutable uint64_t values_read_ = 0;
};

// Passed to an op's infer function, which must call set_output for each output, or Defer.
class InferContext : public OpContext {
 public:
  using OpContext::OpContext;

  void set_output(int i, DType dtype, const Shape& shape);
  // For an output whose shape only the kernel can determine, with RunContext::AllocateOutput.
  void set_output_unknown(int i, DType dtype);
  // For an output whose value is already known, such as that of Shape.
  void set_output_value(int i, Tensor value);
  // Requests the value of an input that is not known yet. infer is called again at run time, when
  // all values are known. Call return right after.
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

// The inputs and outputs of a kernel's run. String elements are std::string, complex64 elements are
// Complex64.
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
  // Allocates output i, which was declared with set_output_unknown.
  virtual Tensor& AllocateOutput(int i, const Shape& shape);

 private:
  void* const* inputs_;
  void* const* outputs_;
};

// The code of an op, prepared for fixed shapes, attributes and constant inputs.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // Computes the outputs. Must not throw for planned shapes, except E_INPUT for bad input values
  // (an index out of range) and E_OOM.
  virtual void Run(RunContext& context) = 0;
};

// Makes a Kernel from a lambda `void(RunContext&)`.
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

// Whether bit i of KernelContext::packed_inputs is set.
inline bool IsPacked(uint64_t packed_inputs, size_t i) {
  return i < 64 && (packed_inputs >> i & 1) != 0;
}

// Passed to an op's kernel function: adds the outputs and the node's shared state.
class KernelContext : public OpContext {
 public:
  KernelContext(const Node& node, std::vector<TensorSpec> inputs, std::vector<const Tensor*> values,
                std::vector<TensorSpec> outputs, std::shared_ptr<NodeState>* state)
      : OpContext(node, std::move(inputs), std::move(values)),
        outputs_(std::move(outputs)),
        state_(state) {}

  // Call if the kernel reads a constant input only to pack it into the node's state, with
  // Tensor::Dequantized, and not when it runs. A quantized constant then keeps its bytes.
  void WillPack(int i) const {
    if (i < 64) packed_inputs_ |= uint64_t{1} << i;
  }
  // Bit i: whether WillPack(i) was called.
  uint64_t packed_inputs() const { return packed_inputs_; }

  const TensorSpec& output(int i) const { return outputs_[static_cast<size_t>(i)]; }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }

  // The node's state of type T (a NodeState). `create` makes it at the first call. It may depend
  // only on attributes and constant inputs, since plans for other shapes share it.
  template <typename T, typename F>
  std::shared_ptr<T> Shared(F create) const {
    if (*state_ == nullptr) *state_ = create();
    return std::static_pointer_cast<T>(*state_);
  }

 private:
  std::vector<TensorSpec> outputs_;
  std::shared_ptr<NodeState>* state_;
  mutable uint64_t packed_inputs_ = 0;
};

// Passed to ops on tensors. They may return inputs without copying, keep them, and access the rest
// of the model.
class TensorContext {
 public:
  TensorContext(const Node& node [[clang::lifetimebound]], std::span<const Tensor> inputs,
                std::span<Tensor> outputs, Environment* environment)
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
