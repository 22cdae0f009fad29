// SPDX-License-Identifier: Apache-2.0
#include "ops/evaluate.h"

#include <algorithm>
#include <cstring>

namespace tfwasm {

namespace {

// Values larger than this are rather looked at again than compared.
constexpr size_t kMostBytesCompared = 256;

// Outputs of unknown shape are allocated by the kernel.
class EvaluateContext : public RunContext {
 public:
  EvaluateContext(void* const* inputs, void** outputs, std::vector<Tensor>& tensors,
                  const std::vector<TensorSpec>& specs)
      : RunContext(inputs, outputs), pointers_(outputs), tensors_(tensors), specs_(specs) {}

  Tensor& AllocateOutput(int i, const Shape& shape) override {
    const auto index = static_cast<size_t>(i);
    tensors_[index] = Tensor(specs_[index].dtype, shape);
    pointers_[index] = tensors_[index].mutable_data();
    return tensors_[index];
  }

 private:
  void** pointers_;
  std::vector<Tensor>& tensors_;
  const std::vector<TensorSpec>& specs_;
};

void CheckHandles(const OpDef& def, const InferContext& context) {
  if (def.takes_handles) return;
  for (int i = 0; i < context.num_inputs(); ++i) {
    if (!IsHandle(context.dtype(i))) continue;
    Throw(Code::kDType, "input ", i, " must be data, got a ", context.dtype(i));
  }
  for (const TensorSpec& output : context.outputs()) {
    if (IsHandle(output.dtype)) Throw(Code::kDType, "this op cannot make a ", output.dtype);
  }
}

bool SameBytes(const Tensor& a, const Tensor& b) {
  return a.data() == b.data() || std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

}  // namespace

const OpDef& RequireOp(const Node& node, size_t num_inputs) {
  const OpDef* def = FindOp(node.op);
  if (def == nullptr) Throw(Code::kOp, "the op '", node.op, "' is not supported");
  const auto count = static_cast<int>(num_inputs);
  if (count < def->min_inputs || count > def->max_inputs) {
    Throw(Code::kEdge, "expected ", def->min_inputs,
          def->max_inputs == def->min_inputs ? "" : " or more", " inputs, got ", count);
  }
  return *def;
}

void Infer(const OpDef& def, InferContext& context) {
  const Node& node = context.node();
  try {
    def.infer(context);
    const auto expected = static_cast<size_t>(NumOutputs(def, node));
    if (!context.deferred() && context.outputs().size() != expected) {
      Throw(Code::kInternal, "inferred ", context.outputs().size(), " of ", expected, " outputs");
    }
    CheckHandles(def, context);
  } catch (Error& error) {
    error.Blame(node.op, node.name);
    throw;
  }
}

NodeRunner::NodeRunner(const Node& node, std::vector<bool> constant,
                       std::shared_ptr<NodeState>* state, Environment* environment)
    : node_(node),
      def_(nullptr),
      constant_(std::move(constant)),
      state_(state),
      environment_(environment) {}

std::vector<Tensor> NodeRunner::Run(std::span<const Tensor> inputs) {
  try {
    if (def_ == nullptr) def_ = &RequireOp(node_, inputs.size());
    if (def_->run != nullptr) return RunTensors(inputs);
    if (!Fits(inputs)) Prepare(inputs);
    return RunKernel(inputs);
  } catch (Error& error) {
    error.Blame(node_.op, node_.name);
    throw;
  }
}

bool NodeRunner::Fits(std::span<const Tensor> inputs) const {
  if (!is_prepared_) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs_[i].dtype != inputs[i].dtype() || inputs_[i].shape != inputs[i].shape()) {
      return false;
    }
    if (!values_[i].empty() && !SameBytes(values_[i], inputs[i])) return false;
  }
  return true;
}

void NodeRunner::Prepare(std::span<const Tensor> inputs) {
  is_prepared_ = false;
  kernel_.reset();
  std::vector<TensorSpec> specs;
  std::vector<const Tensor*> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    specs.push_back({inputs[i].dtype(), inputs[i].shape()});
    values.push_back(constant_[i] || shows_values_ ? &inputs[i] : nullptr);
  }
  InferContext infer(node_, specs, values);
  Infer(*def_, infer);
  if (infer.deferred() && !shows_values_) {
    shows_values_ = true;
    return Prepare(inputs);
  }
  if (infer.deferred()) Throw(Code::kInternal, "the shape could not be inferred");
  outputs_ = infer.outputs();
  known_outputs_ = infer.output_values();
  inputs_ = std::move(specs);
  uint64_t values_read = infer.values_read();
  const bool all_known = std::all_of(known_outputs_.begin(), known_outputs_.end(),
                                     [](const Tensor& value) { return !value.empty(); });
  if (!def_->is_view && !all_known) {
    std::shared_ptr<NodeState> discarded;
    const KernelContext context(node_, inputs_, std::move(values), outputs_,
                                shows_values_ ? &discarded : state_);
    kernel_ = def_->kernel(context);
    values_read |= context.values_read();
  }
  Keep(inputs, values_read);
}

// Decides whether what was prepared may be used again.
void NodeRunner::Keep(std::span<const Tensor> inputs, uint64_t values_read) {
  values_.assign(inputs.size(), Tensor());
  is_prepared_ = true;
  if (!shows_values_) return;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (constant_[i] || (values_read >> std::min<size_t>(i, 63) & 1) == 0) continue;
    const bool is_plain = inputs[i].dtype() != DType::kString && !IsHandle(inputs[i].dtype());
    if (!is_plain || inputs[i].bytes() > kMostBytesCompared) is_prepared_ = false;
    values_[i] = inputs[i];
  }
}

std::vector<Tensor> NodeRunner::RunTensors(std::span<const Tensor> inputs) {
  if (!def_->takes_handles) {
    for (const Tensor& input : inputs) {
      if (IsHandle(input.dtype())) Throw(Code::kDType, "expected data, got a ", input.dtype());
    }
  }
  std::vector<Tensor> outputs(static_cast<size_t>(NumOutputs(*def_, node_)));
  TensorContext context(node_, inputs, outputs, environment_);
  def_->run(context);
  if (def_->liveness == Liveness::kSwitch) return outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) Throw(Code::kInternal, "output ", i, " was not computed");
  }
  return outputs;
}

std::vector<Tensor> NodeRunner::RunKernel(std::span<const Tensor> inputs) {
  std::vector<Tensor> outputs = known_outputs_;
  if (def_->is_view) {
    if (outputs[0].empty()) outputs[0] = inputs[0].Reshaped(outputs_[0].shape);
    return outputs;
  }
  if (kernel_ == nullptr) return outputs;
  std::vector<void*> in;
  for (const Tensor& input : inputs) in.push_back(const_cast<void*>(input.data()));
  std::vector<void*> out(outputs_.size(), nullptr);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (!outputs_[i].shape.IsKnown()) continue;
    outputs[i] = Tensor(outputs_[i].dtype, outputs_[i].shape);
    out[i] = outputs[i].mutable_data();
  }
  EvaluateContext run(in.data(), out.data(), outputs, outputs_);
  kernel_->Run(run);
  return outputs;
}

std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                    const std::vector<bool>& constant,
                                    std::shared_ptr<NodeState>* state) {
  return NodeRunner(node, constant, state).Run(inputs);
}

std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  std::shared_ptr<NodeState> state;
  return EvaluateInGraph(node, inputs, std::vector<bool>(inputs.size(), true), &state);
}

}  // namespace tfwasm
