// SPDX-License-Identifier: Apache-2.0
#include "ops/gradient.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/training_registry.h"
#include "ops/op.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(gradients, GradientDef, AllGradients)

GradientContext::GradientContext(Builder& builder, const Node& node, NodeId id,
                                 std::vector<Operand> dys, FlagList wanted)
    : builder_(builder),
      node_(node),
      id_(id),
      dys_(std::move(dys)),
      wanted_(std::move(wanted)),
      gradients_(node.inputs.size()) {}

Operand GradientContext::input(int i) const {
  return {builder_, node_.inputs[static_cast<size_t>(i)]};
}

Operand GradientContext::output(int i) const { return {builder_, Edge{.node = id_, .output = i}}; }

Operand GradientContext::dy(int i) {
  Operand& dy = dys_[static_cast<size_t>(i)];
  if (dy.empty()) {
    dy = Fill(builder_, GradientDType(output(i).dtype()), output(i).shape(), 0);
  }
  return dy;
}

void GradientContext::set(int i, Operand gradient) {
  if (!wants(i)) return;
  const DType dtype = GradientDType(gradient.dtype());
  gradients_[static_cast<size_t>(i)] = SumTo(Cast(gradient, dtype), input(i).shape());
}

std::vector<int64_t> GradientContext::ints(int i) const {
  const Tensor* value = builder_.value(input(i).edge());
  if (value == nullptr) Throw(Code::kInput, "the gradient needs the value of input ", i);
  return ToInts(*value);
}

std::vector<int> GradientContext::axes(int i, int rank) const {
  std::vector<int> axes;
  for (const int64_t axis : ints(i)) axes.push_back(NormalizeAxis(axis, rank));
  std::sort(axes.begin(), axes.end());
  return axes;
}

void SetByPositions(GradientContext& context, int i) {
  if (!context.wants(i)) return;
  Builder& builder = context.builder();
  const Shape shape = context.input(i).shape();
  const int64_t count = shape.NumElements();
  if (count > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, "the gradient of ", count, " elements is not supported");
  }
  const auto number = [&](int64_t value) {
    return builder.Const(Tensor::Scalar(static_cast<int32_t>(value)));
  };
  const Operand positions =
      Reshape(builder.Emit("Range", {number(0), number(count), number(1)}), shape);
  std::vector<Operand> inputs;
  for (int k = 0; k < context.num_inputs(); ++k) {
    inputs.push_back(k == i ? positions : context.input(k));
  }
  const Operand places = builder.EmitAll(context.node().op, inputs, context.attrs())[0];
  const Shape flat{places.shape().NumElements()};
  const Operand sums = builder.Emit(
      "UnsortedSegmentSum", {Reshape(context.dy(), flat), Reshape(places, flat), number(count)});
  context.set(i, Reshape(sums, shape));
}

const GradientDef* FindGradient(std::string_view op) {
  static const auto& gradients = *[] {
    auto* by_op = new std::unordered_map<std::string_view, const GradientDef*>;
    for (const GradientDef& def : AllGradients()) by_op->emplace(def.op, &def);
    return by_op;
  }();
  auto it = gradients.find(op);
  const OpDef* def = it == gradients.end() ? FindOp(op) : nullptr;
  if (def != nullptr) it = gradients.find(def->name);
  return it == gradients.end() ? nullptr : it->second;
}

}  // namespace tfwasm
