// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_dead_nodes.h"

#include "core/flag_list.h"

namespace tfwasm {

bool RemoveDeadNodes(Graph& graph) {
  FlagList live(static_cast<size_t>(graph.size()), false);
  std::vector<NodeId> pending;
  const auto need = [&](NodeId id) {
    if (live[static_cast<size_t>(id)]) return;
    live[static_cast<size_t>(id)] = true;
    pending.push_back(id);
  };
  for (const NamedEdge& input : graph.inputs) need(input.edge.node);
  for (const NamedEdge& output : graph.outputs) need(output.edge.node);
  while (!pending.empty()) {
    const Node& node = graph.node(pending.back());
    pending.pop_back();
    for (const Edge& edge : node.inputs) need(edge.node);
    for (const NodeId id : node.control_inputs) need(id);
  }
  bool changed = false;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.IsRemoved(id) || live[static_cast<size_t>(id)]) continue;
    graph.Remove(id);
    changed = true;
  }
  return changed;
}

}  // namespace tfwasm
