// SPDX-License-Identifier: Apache-2.0
#include "passes/rewrite.h"

#include <algorithm>
#include <cmath>

namespace tfwasm {

bool IsOneOf(std::string_view op, std::initializer_list<std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

const Node* ProducerOf(const Graph& graph, Edge edge, std::string_view op) {
  const Node& node = graph.node(edge.node);
  return edge.output == 0 && node.op == op ? &node : nullptr;
}

const Tensor* ConstFloats(const Graph& graph, Edge edge) {
  const Tensor* value = edge.output == 0 ? graph.ConstValue(edge) : nullptr;
  const bool fits = value != nullptr && !value->empty() && value->dtype() == DType::kFloat32;
  return fits ? value : nullptr;
}

std::optional<float> ConstScalar(const Graph& graph, Edge edge) {
  const Tensor* value = ConstFloats(graph, edge);
  if (value == nullptr || value->shape().rank() != 0) return std::nullopt;
  const float scalar = value->values<float>()[0];
  return std::isnan(scalar) ? std::nullopt : std::optional(scalar);
}

std::optional<std::vector<int64_t>> ConstInts(const Graph& graph, Edge edge) {
  const Tensor* value = edge.output == 0 ? graph.ConstValue(edge) : nullptr;
  if (value == nullptr || value->empty() || value->dtype() != DType::kInt32) return std::nullopt;
  if (value->shape().rank() > 2) return std::nullopt;
  return ToInts(*value);
}

// Follows chains: `to` was resolved when added, but may have been replaced later.
Edge EdgeReplacements::Resolve(Edge edge) const {
  for (auto it = to_.find({edge.node, edge.output}); it != to_.end();
       it = to_.find({edge.node, edge.output})) {
    edge = it->second;
  }
  return edge;
}

bool EdgeReplacements::ApplyTo(Graph& graph) const {
  bool changed = false;
  const auto apply = [&](Edge& edge) {
    const Edge resolved = Resolve(edge);
    changed |= !(resolved == edge);
    edge = resolved;
  };
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (Edge& edge : graph.node(id).inputs) apply(edge);
  }
  for (NamedEdge& output : graph.outputs) apply(output.edge);
  return changed;
}

}  // namespace tfwasm
