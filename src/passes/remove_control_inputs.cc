// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_control_inputs.h"

#include "core/flag_list.h"
#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

bool HasEffect(const Node& node) {
  // Control inputs from behind a Switch select a branch; those from behind an Enter select an
  // iteration.
  if (IsOneOf(node.op, {"Switch", "Enter"})) return true;
  const OpDef* def = FindOp(node.op);
  return def == nullptr || def->is_stateful;
}

// By node: whether it, or a node that it depends on, has side effects.
FlagList FindEffects(const Graph& graph) {
  FlagList effects(static_cast<size_t>(graph.size()), false);
  const auto has = [&](NodeId id) { return effects[static_cast<size_t>(id)]; };
  for (const NodeId id : graph.TopologicalOrder()) {
    const Node& node = graph.node(id);
    bool effect = HasEffect(node);
    for (const Edge& edge : node.inputs) effect = effect || has(edge.node);
    for (const NodeId control : node.control_inputs) effect = effect || has(control);
    effects[static_cast<size_t>(id)] = effect;
  }
  return effects;
}

}  // namespace

bool RemoveControlInputs(Graph& graph) {
  const FlagList effects = FindEffects(graph);
  bool changed = false;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const auto needless = [&](NodeId control) { return !effects[static_cast<size_t>(control)]; };
    changed |= std::erase_if(graph.node(id).control_inputs, needless) > 0;
  }
  return changed;
}

}  // namespace tfwasm
