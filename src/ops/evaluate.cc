// SPDX-License-Identifier: Apache-2.0
#include "ops/evaluate.h"

#include <algorithm>

#include "core/flag_list.h"

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

std::vector<Tensor> RunKernel(PreparedKernel& prepared, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> outputs = prepared.values;
  if (prepared.is_view) {
    outputs[0] = inputs[0].Reshaped(prepared.specs[0].shape);
    return outputs;
  }
  if (prepared.kernel == nullptr) return outputs;
  prepared.pointers.assign(inputs.size() + prepared.specs.size(), nullptr);
  void** in = prepared.pointers.data();
  void** out = in + inputs.size();
  for (size_t i = 0; i < inputs.size(); ++i) in[i] = const_cast<void*>(inputs[i].data());
  for (size_t i = 0; i < prepared.specs.size(); ++i) {
    if (!prepared.specs[i].shape.IsKnown()) continue;
    outputs[i] = Tensor(prepared.specs[i].dtype, prepared.specs[i].shape);
    out[i] = outputs[i].mutable_data();
  }
  EvaluateContext run(in, out, outputs, prepared.specs);
  prepared.kernel->Run(run);
  return outputs;
}

PreparedKernel MakePrepared(const OpDef& def, const KernelContext& context,
                            const InferContext& inferred) {
  PreparedKernel prepared;
  prepared.specs = inferred.outputs();
  prepared.values = inferred.output_values();
  const auto known = [](const Tensor& value) { return !value.empty(); };
  const auto& values = prepared.values;
  const bool is_done = std::all_of(values.begin(), values.end(), known);
  prepared.is_view = !is_done && def.is_view;
  if (!is_done && !def.is_view) prepared.kernel = def.kernel(context);
  prepared.is_reusable = !def.is_stateful && std::none_of(values.begin(), values.end(), known);
  return prepared;
}

std::vector<Tensor> RunOnTensors(const OpDef& def, const Node& node,
                                 const std::vector<Tensor>& inputs, Environment* environment) {
  for (const Tensor& input : inputs) {
    if (def.takes_handles || !IsHandle(input.dtype())) continue;
    Throw(Code::kDType, "expected data, got a ", input.dtype());
  }
  std::vector<Tensor> outputs(static_cast<size_t>(NumOutputs(def, node)));
  TensorContext context(node, inputs, outputs, environment);
  def.run(context);
  if (def.liveness == Liveness::kSwitch) return outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) Throw(Code::kInternal, "output ", i, " was not computed");
  }
  return outputs;
}

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

// Calls `f`; errors blame the node.
template <typename F>
auto Blaming(const Node& node, F f) -> decltype(f()) {
  try {
    return f();
  } catch (Error& error) {
    error.Blame(node.op, node.name);
    throw;
  }
}

}  // namespace

PreparedKernel PrepareWithState(const Node& node, const std::vector<Tensor>& inputs,
                                const FlagList& constant, std::shared_ptr<NodeState>* state) {
  const OpDef& def = RequireOp(node, inputs.size());
  if (def.run != nullptr) return {.on_tensors = &def};
  std::vector<TensorSpec> specs;
  std::vector<const Tensor*> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    specs.push_back({inputs[i].dtype(), inputs[i].shape()});
    values.push_back(constant[i] ? &inputs[i] : nullptr);
  }
  InferContext infer(node, specs, values);
  Infer(def, infer);
  std::shared_ptr<NodeState> discarded;
  const bool needs_values = infer.deferred();
  if (needs_values) {
    for (size_t i = 0; i < inputs.size(); ++i) values[i] = &inputs[i];
    infer = InferContext(node, specs, values);
    Infer(def, infer);
    if (infer.deferred()) Throw(Code::kInternal, "the shape could not be inferred");
    state = &discarded;
  }
  const KernelContext context(node, specs, values, infer.outputs(), state);
  PreparedKernel prepared = MakePrepared(def, context, infer);
  if (needs_values) prepared.is_reusable = false;
  prepared.needs_values = needs_values;
  prepared.values_read = infer.values_read() | context.values_read();
  return prepared;
}

std::vector<Tensor> RunWithEnvironment(const Node& node, PreparedKernel& prepared,
                                       const std::vector<Tensor>& inputs,
                                       Environment* environment) {
  if (prepared.on_tensors == nullptr) return RunKernel(prepared, inputs);
  return RunOnTensors(*prepared.on_tensors, node, inputs, environment);
}

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

PreparedKernel PrepareKernel(const Node& node, const std::vector<Tensor>& inputs,
                             const FlagList& constant) {
  std::shared_ptr<NodeState> state;  // a kernel shares the ownership of what it needs
  return Blaming(node, [&] {
    PreparedKernel prepared = PrepareWithState(node, inputs, constant, &state);
    prepared.is_packed = state != nullptr;
    return prepared;
  });
}

std::vector<Tensor> RunPrepared(const Node& node, PreparedKernel& prepared,
                                const std::vector<Tensor>& inputs) {
  return Blaming(node, [&] {
    std::vector<Tensor> outputs = RunWithEnvironment(node, prepared, inputs, nullptr);
    for (const Tensor& output : outputs) {
      if (output.empty()) Throw(Code::kInput, "an output has no value");
      if (IsHandle(output.dtype()))
        Throw(Code::kDType, "this makes a ", output.dtype(), ", no data");
    }
    return outputs;
  });
}

std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                    const FlagList& constant, std::shared_ptr<NodeState>* state) {
  return Blaming(node, [&] {
    PreparedKernel prepared = PrepareWithState(node, inputs, constant, state);
    return RunWithEnvironment(node, prepared, inputs, nullptr);
  });
}

std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  std::shared_ptr<NodeState> state;
  return EvaluateInGraph(node, inputs, FlagList(inputs.size(), true), &state);
}

}  // namespace tfwasm
