// SPDX-License-Identifier: Apache-2.0
#include "passes/choose_int8.h"

#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Whether int8 is faster. Each output sums at least so many products, from so many channels:
// kernels take eight channels at once, and as long for fewer. Each activation takes part in at
// least so many products. Otherwise quantizing it takes as long as they save.
bool Pays(int64_t taps, int64_t channels, int64_t outputs) {
  constexpr int64_t kLeastSum = 32;
  constexpr int64_t kLeastChannels = 8;
  constexpr int64_t kLeastProducts = 32;
  return channels >= kLeastChannels && taps * channels >= kLeastSum &&
         taps * outputs >= kLeastProducts;
}

bool IsFaster(const Graph& graph, const Node& node) {
  const auto linear = AsLinear(node);
  if (!linear || linear->kind == LinearKind::kDepthwise) return false;
  const bool is_matrix = linear->kind == LinearKind::kMatMul;
  if (is_matrix && node.attrs.Bool("transpose_a", false)) return false;
  const Tensor* filter = ConstFloats(graph, node.inputs[1]);
  if (filter == nullptr) return false;
  if (linear->has_bias && ConstFloats(graph, node.inputs[2]) == nullptr) return false;
  const auto outputs = OutputChannels(*linear, *filter);
  if (!outputs || *outputs == 0) return false;
  if (is_matrix) return Pays(1, filter->size() / *outputs, *outputs);
  const Shape& shape = filter->shape();
  return Pays(shape[0] * shape[1], shape[2], *outputs);
}

}  // namespace

void ChooseInt8(Graph& graph) {
  RewriteNodes(graph, [&](NodeId id) {
    graph.node(id).is_int8 = IsFaster(graph, graph.node(id));
    return false;
  });
}

}  // namespace tfwasm
