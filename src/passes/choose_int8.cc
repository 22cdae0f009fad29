// SPDX-License-Identifier: Apache-2.0
#include "passes/choose_int8.h"

#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// With fewer inputs per output, or fewer outputs per input, quantizing the activations takes as
// long as it saves.
constexpr int64_t kLeastInputs = 32;
constexpr int64_t kLeastOutputs = 16;

bool IsFaster(const Graph& graph, const Node& node) {
  const auto linear = AsLinear(node);
  if (!linear || linear->kind == LinearKind::kDepthwise) return false;
  if (linear->kind == LinearKind::kMatMul && node.attrs.Bool("transpose_a", false)) return false;
  const Tensor* filter = ConstFloats(graph, node.inputs[1]);
  if (filter == nullptr) return false;
  if (linear->has_bias && ConstFloats(graph, node.inputs[2]) == nullptr) return false;
  const auto outputs = OutputChannels(*linear, *filter);
  if (!outputs || *outputs < kLeastOutputs) return false;
  return filter->size() / *outputs >= kLeastInputs;
}

}  // namespace

void ChooseInt8(Graph& graph) {
  RewriteNodes(graph, [&](NodeId id) {
    graph.node(id).is_int8 = IsFaster(graph, graph.node(id));
    return false;
  });
}

}  // namespace tfwasm
