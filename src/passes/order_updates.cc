// SPDX-License-Identifier: Apache-2.0
#include "passes/order_updates.h"

#include <algorithm>
#include <vector>

#include "core/flag_list.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

// Which nodes need which others, as inputs or as control inputs.
class Readers {
 public:
  explicit Readers(const Graph& graph) : graph_(graph), of_(static_cast<size_t>(graph.size())) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      for (const Edge& edge : graph.node(id).inputs) Add(edge.node, id);
      for (const NodeId control : graph.node(id).control_inputs) Add(control, id);
    }
  }

  void Add(NodeId read, NodeId reader) { of_[static_cast<size_t>(read)].push_back(reader); }

  // The nodes that depend on `start`.
  FlagList DependentsOf(NodeId start) const {
    FlagList depends(of_.size(), false);
    Follow(start, [&](NodeId reader) {
      if (depends[static_cast<size_t>(reader)] != 0) return false;
      depends[static_cast<size_t>(reader)] = true;
      return true;
    });
    return depends;
  }

  // The nodes but `writer` that read the variable or views of it.
  std::vector<NodeId> Of(NodeId variable, NodeId writer) const {
    std::vector<NodeId> readers;
    Follow(variable, [&](NodeId reader) {
      if (reader == writer || std::find(readers.begin(), readers.end(), reader) != readers.end()) {
        return false;
      }
      readers.push_back(reader);
      const OpDef* def = FindOp(graph_.node(reader).op);
      return def != nullptr && def->is_view;
    });
    return readers;
  }

 private:
  // Calls visit(reader) for the readers of `start`, and for those of each for which it is true.
  template <typename F>
  void Follow(NodeId start, F visit) const {
    std::vector<NodeId> sources{start};
    while (!sources.empty()) {
      const NodeId source = sources.back();
      sources.pop_back();
      for (const NodeId reader : of_[static_cast<size_t>(source)]) {
        if (visit(reader)) sources.push_back(reader);
      }
    }
  }

  const Graph& graph_;
  std::vector<std::vector<NodeId>> of_;  // by NodeId
};

}  // namespace

void OrderUpdates(Graph& graph) {
  if (graph.updates.empty()) return;
  Readers all(graph);
  for (const FeedUpdate& update : graph.updates) {
    const NodeId variable = graph.inputs[static_cast<size_t>(update.input)].edge.node;
    const NodeId writer = graph.outputs[static_cast<size_t>(update.output)].edge.node;
    if (writer == variable) continue;
    const FlagList dependents = all.DependentsOf(writer);
    const std::vector<NodeId> readers = all.Of(variable, writer);
    const bool is_needed_later = std::any_of(readers.begin(), readers.end(), [&](NodeId reader) {
      return dependents[static_cast<size_t>(reader)] != 0;
    });
    if (is_needed_later) continue;
    auto& controls = graph.node(writer).control_inputs;
    for (const NodeId reader : readers) {
      if (std::find(controls.begin(), controls.end(), reader) != controls.end()) continue;
      controls.push_back(reader);
      all.Add(reader, writer);
    }
  }
}

}  // namespace tfwasm
