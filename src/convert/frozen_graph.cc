// SPDX-License-Identifier: Apache-2.0
#include "convert/frozen_graph.h"

#include "convert/graph_file.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

void SelectOutputs(ModelDef& model, const std::vector<std::string>& names) {
  model.outputs.clear();
  model.graph.outputs.clear();
  for (const std::string& name : names) {
    model.graph.outputs.push_back({name, ResolveTensorName(model.graph, name)});
  }
}

// Nodes whose consumers have not been written are often checks and summaries.
bool IsNoOutput(const Node& node) {
  return IsOneOf(node.op, {"Assert", "NoOp", "Const", "Print", "PrintV2", "SaveV2"}) ||
         node.op.ends_with("Summary") || node.op.starts_with("Placeholder");
}

void SelectSinks(ModelDef& model, std::vector<std::string>& notes) {
  SetDefaultInterface(model);
  std::erase_if(model.graph.outputs, [&](const NamedEdge& output) {
    return IsNoOutput(model.graph.node(output.edge.node));
  });
  if (model.graph.outputs.empty()) {
    // A graph that is one constant or placeholder.
    for (NodeId id = 0; id < model.graph.size(); ++id) {
      const Node& node = model.graph.node(id);
      if (node.op != "NoOp") model.graph.outputs.push_back({node.name, {.node = id}});
    }
  }
  std::string list;
  for (const NamedEdge& output : model.graph.outputs) {
    list += StrCat(list.empty() ? "" : ", ", output.name);
  }
  notes.push_back(StrCat("the outputs are the nodes that nothing reads: ", list));
}

void RefuseVariables(const Graph& graph) {
  int count = 0;
  std::string example;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!IsOneOf(node.op, {"Variable", "VariableV2", "VarHandleOp"})) continue;
    if (count++ == 0) example = node.name;
  }
  if (count == 0) return;
  Throw(Code::kState, "the graph is not frozen: it has ", count,
        count == 1 ? " variable" : " variables", ", e.g. '", example,
        "', whose values are not in this file; convert the SavedModel");
}

// The dtype of output 0 as far as attributes tell; else "".
std::string_view OutputType(const Node& node) {
  if (IsOneOf(node.op, {"Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual",
                        "LogicalAnd", "LogicalOr", "LogicalNot", "All", "Any"})) {
    return TypeNameOf(DType::kBool);
  }
  for (const std::string_view attr : {"dtype", "DstT", "Tout", "output_type", "out_type", "T"}) {
    const AttrValue* value = node.attrs.Find(attr);
    const auto* dtype = value == nullptr ? nullptr : std::get_if<DType>(value);
    if (dtype != nullptr) return *dtype == DType::kInvalid ? "" : TypeNameOf(*dtype);
  }
  return "";
}

InterfaceTensor Describe(const Graph& graph, const NamedEdge& tensor) {
  const Node& node = graph.node(tensor.edge.node);
  InterfaceTensor described{.key = tensor.name, .name = StrCat(node.name, ":", tensor.edge.output)};
  if (tensor.edge.output == 0) described.type = OutputType(node);
  TensorInfo info;
  TakePlaceholderInfo(node, info);
  described.shape = info.shape;
  return described;
}

}  // namespace

SourceModel ReadFrozenGraph(std::string_view bytes, const std::vector<std::string>& outputs) {
  SourceModel source;
  GraphFile file{ProtoReader(bytes), OutputArgs()};
  ModelDef& model = source.model;
  model.graph = std::move(file.graph());
  model.producer = file.producer();
  model.min_consumer = file.min_consumer();
  if (outputs.empty()) {
    SelectSinks(model, source.notes);
  } else {
    SelectOutputs(model, outputs);
  }
  model.graph.inputs.clear();
  RemoveDeadNodes(model.graph);
  model.graph.Compact();
  RefuseVariables(model.graph);
  file.ReadFunctionsOf(model.graph, model.functions);
  for (NodeId id = 0; id < model.graph.size(); ++id) {
    const Node& node = model.graph.node(id);
    if (node.op != "Placeholder" && node.op != "PlaceholderV2") continue;
    source.inputs.push_back(Describe(model.graph, {node.name, {.node = id}}));
  }
  for (const NamedEdge& output : model.graph.outputs) {
    source.outputs.push_back(Describe(model.graph, output));
  }
  CutAtInputs(source);
  return source;
}

}  // namespace tfwasm
