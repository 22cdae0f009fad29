// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_identities.h"

#include <algorithm>

#include "passes/rewrite.h"

namespace tfwasm {

namespace {

bool IsCastToSame(const Node& node) {
  const DType invalid = DType::kInvalid;
  if (node.op != "Cast" || node.inputs.size() != 1) return false;
  const DType from = node.attrs.Type("SrcT", invalid);
  return from != invalid && from == node.attrs.Type("DstT", invalid);
}

bool IsTransposeToSame(const Graph& graph, const Node& node) {
  if (node.op != "Transpose" || node.inputs.size() != 2) return false;
  const auto permutation = ConstInts(graph, node.inputs[1]);
  if (!permutation) return false;
  for (size_t i = 0; i < permutation->size(); ++i) {
    if ((*permutation)[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

bool IsPadByNothing(const Graph& graph, const Node& node) {
  if (!IsOneOf(node.op, {"Pad", "PadV2", "MirrorPad"}) || node.inputs.size() < 2) return false;
  const auto paddings = ConstInts(graph, node.inputs[1]);
  return paddings && std::all_of(paddings->begin(), paddings->end(),
                                 [](int64_t amount) { return amount == 0; });
}

bool IsScalar(const Graph& graph, Edge edge, float value) {
  const auto scalar = ConstScalar(graph, edge);
  return scalar && *scalar == value;
}

// The input that `node` returns unchanged for arithmetic reasons, such as x * 1. Checks only for
// scalars of rank 0; other shapes might broadcast the input to a higher rank.
int UnchangedOperand(const Graph& graph, const Node& node) {
  if (node.inputs.size() != 2) return -1;
  const bool is_sum = IsOneOf(node.op, {"Add", "AddV2"});
  const bool commutes = is_sum || node.op == "Mul";
  float neutral = 0;
  if (IsOneOf(node.op, {"Mul", "Div", "RealDiv"})) {
    neutral = 1;
  } else if (!is_sum && node.op != "Sub") {
    return -1;
  }
  if (IsScalar(graph, node.inputs[1], neutral)) return 0;
  return commutes && IsScalar(graph, node.inputs[0], neutral) ? 1 : -1;
}

// The input that output 0 of `node` equals, or -1.
int UnchangedInput(const Graph& graph, const Node& node) {
  const size_t count = node.inputs.size();
  if (IsOneOf(node.op, {"Identity", "StopGradient", "PreventGradient", "Snapshot", "IdentityN",
                        "PlaceholderWithDefault"})) {
    return count >= 1 ? 0 : -1;
  }
  if ((node.op == "ConcatV2" && count == 2) || (node.op == "AddN" && count == 1)) return 0;
  if (node.op == "Concat" && count == 2) return 1;
  if (IsCastToSame(node) || IsTransposeToSame(graph, node) || IsPadByNothing(graph, node)) return 0;
  return UnchangedOperand(graph, node);
}

bool IsInput(const Graph& graph, NodeId id) {
  return graph.node(id).op == "PlaceholderWithDefault" &&
         std::any_of(graph.inputs.begin(), graph.inputs.end(),
                     [&](const NamedEdge& input) { return input.edge.node == id; });
}

// Reshape(Reshape(x, a), b) is Reshape(x, b), whatever `a` is.
bool SkipInnerReshape(Graph& graph, Node& node) {
  if (node.op != "Reshape" || node.inputs.size() != 2) return false;
  bool changed = false;
  while (const Node* inner = ProducerOf(graph, node.inputs[0], "Reshape")) {
    if (inner->inputs.size() != 2 || !inner->control_inputs.empty()) break;
    node.inputs[0] = inner->inputs[0];
    changed = true;
  }
  return changed;
}

}  // namespace

bool RemoveIdentities(Graph& graph) {
  EdgeReplacements replacements;
  const bool reshaped = RewriteNodes(graph, [&](NodeId id) {
    Node& node = graph.node(id);
    if (!node.control_inputs.empty() || IsInput(graph, id)) return false;
    const int input = UnchangedInput(graph, node);
    if (input < 0) return SkipInnerReshape(graph, node);
    const int outputs = node.op == "IdentityN" ? static_cast<int>(node.inputs.size()) : 1;
    for (int i = 0; i < outputs; ++i) {
      replacements.Add({id, i}, node.inputs[static_cast<size_t>(input + i)]);
    }
    return false;
  });
  return replacements.ApplyTo(graph) || reshaped;
}

}  // namespace tfwasm
