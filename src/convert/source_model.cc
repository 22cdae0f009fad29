// SPDX-License-Identifier: Apache-2.0
#include "convert/source_model.h"

#include <algorithm>

#include "core/str_cat.h"
#include "graph/signature.h"

namespace tfwasm {

namespace {

// The placeholder for an input that the graph computes.
Edge ReplaceByPlaceholder(Graph& graph, Edge edge) {
  const std::string name = graph.node(edge.node).name;
  if (edge.output == 0) {
    // Other outputs of the node lose their source. They are checked with all edges.
    Node& node = graph.node(edge.node);
    node = {.name = name, .op = "Placeholder"};
    return edge;
  }
  Node node{.name = graph.UniqueName(StrCat(name, "_", edge.output)), .op = "Placeholder"};
  const Edge placeholder{.node = graph.Add(std::move(node))};
  graph.ReplaceUses(edge, placeholder);
  return placeholder;
}

}  // namespace

void CutAtInputs(SourceModel& source) {
  Graph& graph = source.model.graph;
  graph.inputs.clear();
  for (InterfaceTensor& input : source.inputs) {
    Edge edge = ResolveTensorName(graph, input.name);
    if (!graph.node(edge.node).op.starts_with("Placeholder")) {
      edge = ReplaceByPlaceholder(graph, edge);
      Node& node = graph.node(edge.node);
      node.attrs.Set("dtype", FromTensorFlowType(input.type));
      node.attrs.Set("shape", input.shape);
      input.name = StrCat(node.name, ":0");
    }
    graph.inputs.push_back({input.key, edge});
  }
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != "PlaceholderWithDefault") continue;
    const bool is_input = std::ranges::any_of(
        graph.inputs, [&](const NamedEdge& input) { return input.edge.node == id; });
    // An optional input, which keeps its name.
    if (!is_input) graph.inputs.push_back({graph.node(id).name, {.node = id}});
  }
}

void RestoreOutputNames(SourceModel& source) {
  Graph& graph = source.model.graph;
  for (size_t i = 0; i < source.outputs.size(); ++i) {
    InterfaceTensor& output = source.outputs[i];
    Edge& edge = graph.outputs[i].edge;
    std::string wanted = output.name;
    if (wanted.ends_with(":0")) wanted.resize(wanted.size() - 2);
    if (TensorNameOf(graph, edge) == wanted) continue;
    std::replace(wanted.begin(), wanted.end(), ':', '_');
    // Two outputs may be one tensor.
    const NodeId existing = graph.Find(wanted);
    if (existing != kNoNode && graph.node(existing).op == "Identity" &&
        graph.node(existing).inputs == std::vector{edge}) {
      edge = {.node = existing};
    } else {
      Node identity{.name = graph.UniqueName(wanted), .op = "Identity", .inputs = {edge}};
      const DType dtype = FromTensorFlowType(output.type);
      if (dtype != DType::kInvalid) identity.attrs.Set("T", dtype);
      edge = {.node = graph.Add(std::move(identity))};
    }
    output.name = StrCat(graph.node(edge.node).name, ":0");
  }
}

}  // namespace tfwasm
