// SPDX-License-Identifier: Apache-2.0
#include "ops/evaluate.h"

#include <algorithm>

namespace tfwasm {

namespace {

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

std::vector<Tensor> RunKernel(const OpDef& def, const KernelContext& context,
                              const std::vector<Tensor>& inputs, const InferContext& inferred) {
  const std::vector<TensorSpec>& specs = inferred.outputs();
  std::vector<Tensor> outputs = inferred.output_values();
  const auto known = [](const Tensor& value) { return !value.empty(); };
  if (std::all_of(outputs.begin(), outputs.end(), known)) return outputs;
  if (def.is_view) {
    outputs[0] = inputs[0].Reshaped(specs[0].shape);
    return outputs;
  }
  std::vector<void*> in;
  for (const Tensor& input : inputs) in.push_back(const_cast<void*>(input.data()));
  std::vector<void*> out(specs.size(), nullptr);
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!specs[i].shape.IsKnown()) continue;
    outputs[i] = Tensor(specs[i].dtype, specs[i].shape);
    out[i] = outputs[i].mutable_data();
  }
  EvaluateContext run(in.data(), out.data(), outputs, specs);
  def.kernel(context)->Run(run);
  return outputs;
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
  } catch (Error& error) {
    error.Blame(node.op, node.name);
    throw;
  }
}

std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                    const std::vector<bool>& constant,
                                    std::shared_ptr<NodeState>* state) {
  try {
    const OpDef& def = RequireOp(node, inputs.size());
    std::vector<TensorSpec> specs;
    std::vector<const Tensor*> values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      specs.push_back({inputs[i].dtype(), inputs[i].shape()});
      values.push_back(constant[i] ? &inputs[i] : nullptr);
    }
    InferContext infer(node, specs, values);
    Infer(def, infer);
    std::shared_ptr<NodeState> discarded;
    if (infer.deferred()) {
      for (size_t i = 0; i < inputs.size(); ++i) values[i] = &inputs[i];
      infer = InferContext(node, specs, values);
      Infer(def, infer);
      if (infer.deferred()) Throw(Code::kInternal, "the shape could not be inferred");
      state = &discarded;
    }
    const KernelContext context(node, specs, values, infer.outputs(), state);
    return RunKernel(def, context, inputs, infer);
  } catch (Error& error) {
    error.Blame(node.op, node.name);
    throw;
  }
}

std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  std::shared_ptr<NodeState> state;
  return EvaluateInGraph(node, inputs, std::vector<bool>(inputs.size(), true), &state);
}

}  // namespace tfwasm
