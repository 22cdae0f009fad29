// SPDX-License-Identifier: Apache-2.0
#include "passes/order_updates.h"

#include <algorithm>
#include <vector>

#include "core/flag_list.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

// The nodes that depend on `start`, and itself.
FlagList DependentsOf(const Graph& graph, NodeId start, const std::vector<NodeId>& order) {
  FlagList depends(static_cast<size_t>(graph.size()), false);
  depends[static_cast<size_t>(start)] = true;
  const auto is_marked = [&](NodeId id) { return depends[static_cast<size_t>(id)] != 0; };
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    const bool reads = std::any_of(node.inputs.begin(), node.inputs.end(),
                                   [&](const Edge& edge) { return is_marked(edge.node); });
    const auto& controls = node.control_inputs;
    if (reads || std::any_of(controls.begin(), controls.end(), is_marked)) {
      depends[static_cast<size_t>(id)] = true;
    }
  }
  return depends;
}

// The nodes but `writer` that read the variable or views of it.
std::vector<NodeId> ReadersOf(const Graph& graph, NodeId variable, NodeId writer) {
  const UseMap uses(graph);
  std::vector<NodeId> readers;
  std::vector<NodeId> sources{variable};
  while (!sources.empty()) {
    const NodeId source = sources.back();
    sources.pop_back();
    for (const NodeId reader : uses.Consumers(source)) {
      if (reader == writer || std::find(readers.begin(), readers.end(), reader) != readers.end()) {
        continue;
      }
      readers.push_back(reader);
      const OpDef* def = FindOp(graph.node(reader).op);
      if (def != nullptr && def->is_view) sources.push_back(reader);
    }
  }
  return readers;
}

}  // namespace

void OrderUpdates(Graph& graph) {
  for (const FeedUpdate& update : graph.updates) {
    const NodeId variable = graph.inputs[static_cast<size_t>(update.input)].edge.node;
    const NodeId writer = graph.outputs[static_cast<size_t>(update.output)].edge.node;
    if (writer == variable) continue;
    const FlagList dependents = DependentsOf(graph, writer, graph.TopologicalOrder());
    const std::vector<NodeId> readers = ReadersOf(graph, variable, writer);
    const bool is_needed_later = std::any_of(readers.begin(), readers.end(), [&](NodeId reader) {
      return dependents[static_cast<size_t>(reader)] != 0;
    });
    if (is_needed_later) continue;
    auto& controls = graph.node(writer).control_inputs;
    for (const NodeId reader : readers) {
      if (std::find(controls.begin(), controls.end(), reader) == controls.end()) {
        controls.push_back(reader);
      }
    }
  }
}

}  // namespace tfwasm
