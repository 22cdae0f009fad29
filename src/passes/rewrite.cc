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

namespace {

const Tensor* ConstOfDType(const Graph& graph, Edge edge, DType dtype) {
  const Tensor* value = edge.output == 0 ? graph.ConstValue(edge) : nullptr;
  const bool fits = value != nullptr && !value->empty() && value->dtype() == dtype &&
                    graph.node(edge.node).control_inputs.empty();
  return fits ? value : nullptr;
}

}  // namespace

const Tensor* ConstFloats(const Graph& graph, Edge edge) {
  return ConstOfDType(graph, edge, DType::kFloat32);
}

std::optional<float> ConstScalar(const Graph& graph, Edge edge) {
  const Tensor* value = ConstFloats(graph, edge);
  if (value == nullptr || value->shape().rank() != 0) return std::nullopt;
  const float scalar = value->values<float>()[0];
  return std::isnan(scalar) ? std::nullopt : std::optional(scalar);
}

std::optional<std::vector<int64_t>> ConstInts(const Graph& graph, Edge edge) {
  const Tensor* value = ConstOfDType(graph, edge, DType::kInt32);
  if (value == nullptr || value->shape().rank() > 2) return std::nullopt;
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
