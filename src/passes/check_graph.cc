// SPDX-License-Identifier: Apache-2.0
#include "passes/check_graph.h"

#include "ops/op.h"

namespace tfwasm {

namespace {

std::string FindEdgeFault(const Graph& graph, const std::string& reader, Edge edge) {
  if (edge.node < 0 || edge.node >= graph.size()) {
    return StrCat("'", reader, "' reads node ", edge.node, " of ", graph.size());
  }
  const Node& source = graph.node(edge.node);
  if (source.op.empty()) return StrCat("'", reader, "' reads a removed node");
  const OpDef* def = FindOp(source.op);
  if (def == nullptr) return "";
  // The planner reports attributes that do not say how many outputs there are.
  int count = kAnyNumber;
  Deferring([&] { count = NumOutputs(*def, source); });
  if (edge.output >= 0 && edge.output < count) return "";
  return StrCat("'", reader, "' reads output ", edge.output, " of '", source.name, "'");
}

}  // namespace

std::string FindFault(const Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    for (const Edge& edge : node.inputs) {
      std::string fault = FindEdgeFault(graph, node.name, edge);
      if (!fault.empty()) return fault;
    }
    for (const NodeId control : node.control_inputs) {
      const bool is_live = control >= 0 && control < graph.size() && !graph.IsRemoved(control);
      if (!is_live) return StrCat("'", node.name, "' waits for a removed node");
    }
  }
  for (const auto* ends : {&graph.inputs, &graph.outputs}) {
    for (const NamedEdge& end : *ends) {
      std::string fault = FindEdgeFault(graph, end.name, end.edge);
      if (!fault.empty()) return fault;
    }
  }
  return "";
}

#ifndef NDEBUG
GraphChecker::GraphChecker(const Graph& graph, const FunctionMap* functions)
    : graph_(graph), functions_(functions), was_broken_(!FindAnyFault().empty()) {}

std::string GraphChecker::FindAnyFault() const {
  std::string fault = FindFault(graph_);
  if (functions_ == nullptr) return fault;
  for (const auto& [name, function] : *functions_) {
    if (fault.empty()) fault = FindFault(function.body);
  }
  return fault;
}

void GraphChecker::CheckAfter(std::string_view pass) const {
  if (was_broken_) return;
  const std::string fault = FindAnyFault();
  if (!fault.empty()) Throw(Code::kInternal, "after the pass ", pass, ", ", fault);
}
#endif

}  // namespace tfwasm
