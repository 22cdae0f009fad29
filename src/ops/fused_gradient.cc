// SPDX-License-Identifier: Apache-2.0
#include "ops/fused_gradient.h"

#include <algorithm>

#include "core/ascii.h"
#include "ops/elementwise/activations.h"

namespace tfwasm {

namespace {

struct FusedParts {
  bool has_bias = false;
  const FusableActivation* activation = nullptr;
};

FusedParts ReadParts(const AttrMap& attrs) {
  FusedParts parts;
  for (const std::string& name : attrs.Strings("fused_ops")) {
    const auto is = [&](std::string_view other) { return EqualsIgnoringCase(name, other); };
    if (name.empty() || is("NoOp") || is("Linear")) continue;
    if (is("BiasAdd")) {
      parts.has_bias = true;
      continue;
    }
    parts.activation = FindActivation(name);
    if (parts.activation == nullptr) {
      Throw(Code::kOp, "there is no gradient of a fused '", name, "'");
    }
  }
  return parts;
}

// Applies the rule of a node. `dy`: the gradient of output 0. Returns the gradients of its inputs.
std::vector<Operand> ApplyRule(GradientContext& c, const Node& node, NodeId id, Operand dy,
                               FlagList wanted) {
  GradientContext inner(c.builder(), node, id, {dy}, std::move(wanted));
  FindGradient(node.op)->rule(inner);
  return inner.gradients();
}

bool IsChannelsFirst(const AttrMap& attrs) {
  return attrs.LowerString("data_format", "nhwc").starts_with("nc");
}

// The bias with the axes of a result.
Operand SpreadBias(GradientContext& c, Operand bias) {
  const int rank = c.output().shape().rank();
  Shape shape{bias.shape().NumElements()};
  if (IsChannelsFirst(c.attrs())) {
    while (shape.rank() < rank - 1) shape.Append(1);
  }
  return Reshape(bias, shape);
}

// Whether the activation's rule needs no more than its output.
bool ReadsOutput(std::string_view activation) {
  constexpr std::string_view kOps[] = {"Relu", "Relu6", "Elu", "Sigmoid", "Tanh"};
  return std::find(std::begin(kOps), std::end(kOps), activation) != std::end(kOps);
}

// What the activation was applied to, computed again.
Operand BeforeActivation(GradientContext& c, std::string_view op, const FusedParts& parts) {
  AttrMap plain = c.attrs();
  plain.Erase("fused_ops");
  const Operand product = c.builder().Emit(op, {c.input(0), c.input(1)}, plain);
  return parts.has_bias ? product + SpreadBias(c, c.input(2)) : product;
}

}  // namespace

void FusedRule(GradientContext& c, std::string_view op) {
  const FusedParts parts = ReadParts(c.attrs());
  const int slope = parts.has_bias ? 3 : 2;  // the input of Prelu
  Operand dy = c.dy();
  if (parts.activation != nullptr) {
    AttrMap own;
    for (const auto& attr : parts.activation->attrs) {
      const AttrValue* value = c.attrs().Find(attr.fused);
      if (!attr.fused.empty() && value != nullptr) own.Set(attr.own, *value);
    }
    const Operand x =
        ReadsOutput(parts.activation->op) ? c.output() : BeforeActivation(c, op, parts);
    Node node{.op = std::string(parts.activation->op), .inputs = {x.edge()}, .attrs = own};
    FlagList wanted{true};
    if (parts.activation->make == nullptr) {
      node.inputs.push_back(c.input(slope).edge());
      wanted.push_back(c.wants(slope));
    }
    // The output of the activation is that of the fused op.
    const std::vector<Operand> gradients =
        ApplyRule(c, node, c.output().edge().node, dy, std::move(wanted));
    dy = gradients[0];
    if (gradients.size() > 1 && !gradients[1].empty()) c.set(slope, gradients[1]);
  }
  if (parts.has_bias && c.wants(2)) {
    c.set(2, Reshape(SumTo(dy, SpreadBias(c, c.input(2)).shape()), c.input(2).shape()));
  }
  AttrMap plain = c.attrs();
  plain.Erase("fused_ops");
  const Node node{
      .op = std::string(op), .inputs = {c.input(0).edge(), c.input(1).edge()}, .attrs = plain};
  const std::vector<Operand> gradients = ApplyRule(c, node, kNoNode, dy, {c.wants(0), c.wants(1)});
  for (int i = 0; i < 2; ++i) {
    if (!gradients[static_cast<size_t>(i)].empty()) c.set(i, gradients[static_cast<size_t>(i)]);
  }
}

}  // namespace tfwasm
