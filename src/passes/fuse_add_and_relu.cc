// SPDX-License-Identifier: Apache-2.0
#include "passes/fuse_add_and_relu.h"

#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// False for a constant operand: that is a bias, to be fused into the op before it.
bool IsComputedSum(const Graph& graph, const Node& node) {
  return IsOneOf(node.op, {"Add", "AddV2"}) && node.inputs.size() == 2 &&
         node.control_inputs.empty() && !graph.IsConst(node.inputs[0]) &&
         !graph.IsConst(node.inputs[1]);
}

}  // namespace

bool FuseAddAndRelu(Graph& graph) {
  const UseMap uses(graph);
  return RewriteNodes(graph, [&](NodeId id) {
    Node& relu = graph.node(id);
    if (relu.op != "Relu" || relu.inputs.size() != 1) return false;
    const Edge edge = relu.inputs[0];
    const Node& sum = graph.node(edge.node);
    if (edge.output != 0 || uses.Count(edge) != 1 || !IsComputedSum(graph, sum)) return false;
    relu.op = "AddRelu";
    relu.inputs = sum.inputs;
    relu.attrs = sum.attrs;
    return true;
  });
}

}  // namespace tfwasm
