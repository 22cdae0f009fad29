// SPDX-License-Identifier: Apache-2.0
#include "ops/emit_graph.h"

#include "ops/op.h"

namespace tfwasm {

namespace {

void CheckOp(const Node& node) {
  const OpDef* def = FindOp(node.op);
  if (def == nullptr) Throw(Code::kOp, "the op ", node.op, " is not supported");
  const bool is_flow = def->liveness != Liveness::kNormal || def->first_argument != kNoArguments;
  if (!is_flow && !def->takes_handles && node.op != "LoopCond" && node.op != "NextIteration")
    return;
  Throw(Code::kOp, "no gradients flow through control flow, functions and tables: the op ",
        node.op);
}

}  // namespace

std::vector<Operand> EmitGraph(const Graph& graph, Builder& builder,
                               const std::vector<Operand>& inputs,
                               const std::map<std::string, Operand>& weights) {
  std::vector<std::vector<Operand>> values(static_cast<size_t>(graph.size()));
  const auto value_of = [&](Edge edge) {
    return values[static_cast<size_t>(edge.node)].at(static_cast<size_t>(edge.output));
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[static_cast<size_t>(graph.inputs[i].edge.node)] = {inputs[i]};
  }
  for (const NodeId id : graph.TopologicalOrder()) {
    const Node& node = graph.node(id);
    std::vector<Operand>& results = values[static_cast<size_t>(id)];
    if (!results.empty()) continue;
    if (node.op == "Const") {
      const auto weight = weights.find(node.name);
      results = {weight == weights.end() ? builder.Const(node.value) : weight->second};
      continue;
    }
    Blaming(node.op, node.name, [&] {
      CheckOp(node);
      std::vector<Operand> operands;
      for (const Edge& edge : node.inputs) operands.push_back(value_of(edge));
      results = builder.EmitAll(node.op, operands, node.attrs);
    });
  }
  std::vector<Operand> outputs;
  for (const NamedEdge& output : graph.outputs) outputs.push_back(value_of(output.edge));
  return outputs;
}

}  // namespace tfwasm
