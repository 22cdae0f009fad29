// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_pads.h"

#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Padding before and after each of the four dimensions of an NHWC tensor.
using Paddings = std::vector<int64_t>;

// More than any real model needs, and small enough that sums do not overflow.
constexpr int64_t kMostPadding = 1 << 20;

// The paddings of `node` if it is a Pad of height and width with zeros.
std::optional<Paddings> SpatialZeroPaddings(const Graph& graph, const Node& node) {
  const size_t count = node.inputs.size();
  const bool is_zero =
      (node.op == "Pad" && count == 2) ||
      (node.op == "PadV2" && count == 3 && ConstScalar(graph, node.inputs[2]) == 0);
  if (!is_zero || !node.control_inputs.empty()) return std::nullopt;
  const Tensor* constant = graph.ConstValue(node.inputs[1]);
  auto paddings = ConstInts(graph, node.inputs[1]);
  if (!paddings || !(constant->shape() == Shape({4, 2}))) return std::nullopt;
  for (size_t i = 0; i < paddings->size(); ++i) {
    const bool is_spatial = i >= 2 && i < 6;
    const int64_t amount = (*paddings)[i];
    if (amount < 0 || amount > (is_spatial ? kMostPadding : 0)) return std::nullopt;
  }
  return paddings;
}

// A convolution's own paddings, if they do not depend on the input's size.
std::optional<Paddings> ConstantPaddings(const Node& conv) {
  const std::string padding = conv.attrs.LowerString("padding", "");
  if (padding == "valid") return Paddings(8, 0);
  if (padding != "explicit") return std::nullopt;
  Paddings paddings = conv.attrs.Ints("explicit_paddings");
  if (paddings.size() != 8) return std::nullopt;
  for (const int64_t amount : paddings) {
    if (amount < 0 || amount > kMostPadding) return std::nullopt;
  }
  return paddings;
}

bool FoldPad(Graph& graph, Node& conv) {
  const auto linear = AsLinear(conv);
  if (!linear || linear->kind == LinearKind::kMatMul || conv.inputs[0].output != 0) return false;
  const Node& pad = graph.node(conv.inputs[0].node);
  const auto added = SpatialZeroPaddings(graph, pad);
  auto paddings = ConstantPaddings(conv);
  if (!added || !paddings) return false;
  for (size_t i = 0; i < paddings->size(); ++i) (*paddings)[i] += (*added)[i];
  conv.attrs.Set("padding", std::string("EXPLICIT"));
  conv.attrs.Set("explicit_paddings", std::move(*paddings));
  conv.inputs[0] = pad.inputs[0];
  return true;
}

}  // namespace

bool FoldPads(Graph& graph) {
  return RewriteNodes(graph, [&](NodeId id) { return FoldPad(graph, graph.node(id)); });
}

}  // namespace tfwasm
