// SPDX-License-Identifier: Apache-2.0
#include "ops/node_plan.h"

#include <algorithm>

namespace tfwasm {

namespace {

// Lets the kernel allocate outputs of unknown shape.
class AllocatingContext : public RunContext {
 public:
  AllocatingContext(void* const* inputs, void** outputs, std::vector<Tensor>& tensors,
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

void CheckAttrs(const OpDef& def, const AttrMap& attrs) {
  for (const std::string_view name : def.required_attrs) {
    if (!attrs.Has(name)) Throw(Code::kAttr, "the attribute '", name, "' is missing");
  }
  if (def.has_type_list) {
    attrs.Types("T");
  } else if (const AttrValue* type = attrs.Find("T")) {
    if (!std::holds_alternative<DType>(*type)) {
      Throw(Code::kAttr, "the attribute 'T' must be a dtype");
    }
  }
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
  CheckAttrs(*def, node.attrs);
  return *def;
}

void InferNode(const OpDef& def, InferContext& context) {
  const Node& node = context.node();
  Blaming(node, [&] {
    def.infer(context);
    const auto expected = static_cast<size_t>(NumOutputs(def, node));
    if (!context.deferred() && context.outputs().size() != expected) {
      Throw(Code::kInternal, "inferred ", context.outputs().size(), " of ", expected, " outputs");
    }
    CheckHandles(def, context);
  });
}

NodePlan::NodePlan(const Node& node, const std::vector<Tensor>& inputs, const FlagList& constant,
                   std::shared_ptr<NodeState>* state)
    : node_(&node) {
  Blaming(node, [&] {
    def_ = &RequireOp(node, inputs.size());
    if (!is_on_tensors()) MakeKernel(inputs, constant, state);
  });
}

void NodePlan::MakeKernel(const std::vector<Tensor>& inputs, const FlagList& constant,
                          std::shared_ptr<NodeState>* state) {
  std::vector<const Tensor*> values;
  for (size_t i = 0; i < inputs.size(); ++i) values.push_back(constant[i] ? &inputs[i] : nullptr);
  InferContext infer(*node_, SpecsOf(inputs), values);
  InferNode(*def_, infer);
  needs_values_ = infer.deferred();
  if (needs_values_) {
    for (size_t i = 0; i < inputs.size(); ++i) values[i] = &inputs[i];
    infer = InferContext(*node_, SpecsOf(inputs), values);
    InferNode(*def_, infer);
    if (infer.deferred()) Throw(Code::kInternal, "the shape could not be inferred");
  }
  specs_ = infer.outputs();
  values_ = infer.output_values();
  const auto known = [](const Tensor& value) { return !value.empty(); };
  is_reusable_ =
      !needs_values_ && !def_->is_stateful && std::none_of(values_.begin(), values_.end(), known);
  values_read_ = infer.values_read();
  if (std::all_of(values_.begin(), values_.end(), known)) return;
  is_view_ = def_->is_view;
  if (is_view_) return;
  std::shared_ptr<NodeState> own;  // the kernel shares ownership
  const bool may_share = state != nullptr && !needs_values_;
  const KernelContext context(*node_, SpecsOf(inputs), std::move(values), specs_,
                              may_share ? state : &own);
  kernel_ = def_->kernel(context);
  values_read_ |= context.values_read();
  packed_inputs_ = context.packed_inputs();
  is_packed_ = own != nullptr && !needs_values_;
}

std::vector<Tensor> NodePlan::RunKernel(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> outputs = values_;
  if (is_view_) {
    outputs[0] = Tensor(specs_[0].dtype, specs_[0].shape, inputs[0].buffer());
    return outputs;
  }
  if (kernel_ == nullptr) return outputs;
  pointers_.assign(inputs.size() + specs_.size(), nullptr);
  void** in = pointers_.data();
  void** out = in + inputs.size();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!IsPacked(packed_inputs_, i)) in[i] = const_cast<void*>(inputs[i].data());
  }
  for (size_t i = 0; i < specs_.size(); ++i) {
    if (!specs_[i].shape.IsKnown()) continue;
    outputs[i] = Tensor(specs_[i].dtype, specs_[i].shape);
    out[i] = outputs[i].mutable_data();
  }
  AllocatingContext run(in, out, outputs, specs_);
  kernel_->Run(run);
  return outputs;
}

std::vector<Tensor> NodePlan::RunOnTensors(const std::vector<Tensor>& inputs,
                                           Environment* environment) {
  for (const Tensor& input : inputs) {
    if (def_->takes_handles || !IsHandle(input.dtype())) continue;
    Throw(Code::kDType, "expected data, got a ", input.dtype());
  }
  std::vector<Tensor> outputs(static_cast<size_t>(NumOutputs(*def_, *node_)));
  TensorContext context(*node_, inputs, outputs, environment);
  def_->run(context);
  if (def_->liveness == Liveness::kSwitch) return outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) Throw(Code::kInternal, "output ", i, " was not computed");
  }
  return outputs;
}

std::vector<Tensor> NodePlan::Run(const std::vector<Tensor>& inputs, Environment* environment) {
  return Blaming(*node_, [&] {
    return is_on_tensors() ? RunOnTensors(inputs, environment) : RunKernel(inputs);
  });
}

std::vector<Tensor> NodePlan::Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  return NodePlan(node, inputs, FlagList(inputs.size(), true)).Run(inputs);
}

}  // namespace tfwasm
