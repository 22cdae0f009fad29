// SPDX-License-Identifier: Apache-2.0
#include "passes/move_biases_before_sums.h"

#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

class Mover {
 public:
  explicit Mover(Graph& graph) : graph_(graph), uses_(graph) {}

  bool Move(NodeId id) {
    const Node& node = graph_.node(id);
    if (!IsOneOf(node.op, {"Add", "AddV2"}) || node.inputs.size() != 2) return false;
    return MoveInto(id, node.inputs[0], node.inputs[1]) ||
           MoveInto(id, node.inputs[1], node.inputs[0]);
  }

 private:
  bool IsInner(Edge edge) const { return edge.output == 0 && uses_.Count(edge) == 1; }

  // Adds `bias` to the first operand of the sum at `edge` that can take it as a bias.
  bool MoveInto(NodeId id, Edge bias, Edge edge) {
    const Node sum = graph_.node(edge.node);
    if (!IsInner(edge) || !IsOneOf(sum.op, {"Add", "AddV2", "AddN"}) ||
        !sum.control_inputs.empty()) {
      return false;
    }
    for (size_t i = 0; i < sum.inputs.size(); ++i) {
      if (!IsBiasOf(bias, sum.inputs[i])) continue;
      const Node& outer = graph_.node(id);
      Node biased{.name = graph_.UniqueName(graph_.node(sum.inputs[i].node).name + "/biased"),
                  .op = outer.op,
                  .inputs = {sum.inputs[i], bias},
                  .attrs = outer.attrs};
      const Edge moved{.node = graph_.Add(std::move(biased))};
      Node& node = graph_.node(id);
      node.op = sum.op;
      node.attrs = sum.attrs;
      node.inputs = sum.inputs;
      node.inputs[i] = moved;
      return true;
    }
    return false;
  }

  bool IsBiasOf(Edge bias, Edge operand) const {
    const Node& node = graph_.node(operand.node);
    const auto linear = AsLinear(node);
    if (!IsInner(operand) || !linear || !linear->activation.empty()) return false;
    const Tensor* filter = ConstFloats(graph_, node.inputs[1]);
    if (filter == nullptr) return false;
    const auto channels = OutputChannels(*linear, *filter);
    return channels && ChannelValues(graph_, bias, *channels, linear->rank());
  }

  Graph& graph_;
  UseMap uses_;
};

}  // namespace

bool MoveBiasesBeforeSums(Graph& graph) {
  Mover mover(graph);
  return RewriteNodes(graph, [&](NodeId id) { return mover.Move(id); });
}

}  // namespace tfwasm
