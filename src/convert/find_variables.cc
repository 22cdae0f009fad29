// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "convert/variables.h"
#include "ops/handles.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

constexpr std::string_view kVariableOps[] = {"VarHandleOp", "VariableV2", "Variable",
                                             "AutoReloadVariable", "TemporaryVariable"};

// The strings of a constant; empty if the edge is none.
std::vector<std::string> ConstStrings(const Graph& graph, Edge edge) {
  const Tensor* value = graph.ConstValue(SkipIdentities(graph, edge));
  if (value == nullptr || value->empty() || value->dtype() != DType::kString) return {};
  const auto strings = value->values<std::string>();
  return {strings.begin(), strings.end()};
}

// Whole tensors have an empty slice.
std::string SliceOf(const std::vector<std::string>& slices, size_t index) {
  return index < slices.size() ? slices[index] : "";
}

// Calls use(variable, value) for every assignment of a restored tensor in the graph.
template <typename F>
void ForEachRestored(const Graph& graph, F use) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!IsOneOf(node.op, {"Assign", "AssignVariableOp"}) || node.inputs.size() != 2) continue;
    const Edge source = SkipIdentities(graph, node.inputs[1]);
    const Node& restore = graph.node(source.node);
    if (restore.op != "RestoreV2" || restore.inputs.size() != 3) continue;
    const std::vector<std::string> keys = ConstStrings(graph, restore.inputs[1]);
    const std::vector<std::string> slices = ConstStrings(graph, restore.inputs[2]);
    const auto index = static_cast<size_t>(source.output);
    if (index >= keys.size()) continue;
    use(SkipIdentities(graph, node.inputs[0]),
        CheckpointValue{keys[index], SliceOf(slices, index)});
  }
}

// TensorFlow 2 restores in a function, whose arguments are the variables.
void FindInFunction(GraphFile& file, const MetaGraph& meta, VariableMap& variables) {
  const Graph& graph = file.graph();
  const NodeId id = graph.Find(meta.restore_op);
  if (id == kNoNode) return;
  const Node& call = graph.node(id);
  const auto* name = std::get_if<FunctionRef>(call.attrs.Find("f"));
  const auto function = name == nullptr ? std::nullopt : file.ReadFunction(name->name);
  if (!function) return;
  const Graph& body = function->body;
  ForEachRestored(body, [&](Edge variable, const CheckpointValue& value) {
    for (size_t i = 0; i < body.inputs.size() && i < call.inputs.size(); ++i) {
      if (!(body.inputs[i].edge == variable)) continue;
      const Edge source = SkipIdentities(graph, call.inputs[i]);
      variables.emplace(graph.node(source.node).name, value);
    }
  });
}

}  // namespace

Edge SkipIdentities(const Graph& graph, Edge edge) {
  for (NodeId steps = 0; steps < graph.size(); ++steps) {
    const Node& node = graph.node(edge.node);
    const bool is_one =
        IsOneOf(node.op, {"Identity", "RefIdentity", "DisableCopyOnRead"}) ||
        (IsOneOf(node.op, {"Enter", "RefEnter"}) && node.attrs.Bool("is_constant", false));
    const auto input = static_cast<size_t>(node.op == "IdentityN" ? edge.output : 0);
    if (!is_one && node.op != "IdentityN") return edge;
    if (input >= node.inputs.size()) return edge;
    edge = node.inputs[input];
  }
  return edge;
}

VariableMap FindVariables(GraphFile& file, const MetaGraph& meta, const CheckpointIndex* index) {
  VariableMap variables;
  FindInFunction(file, meta, variables);
  const Graph& graph = file.graph();
  ForEachRestored(graph, [&](Edge variable, const CheckpointValue& value) {
    variables.emplace(graph.node(variable.node).name, value);
  });
  // Names of TensorFlow 1 are keys.
  for (NodeId id = 0; id < graph.size() && index != nullptr; ++id) {
    const Node& node = graph.node(id);
    if (std::ranges::find(kVariableOps, node.op) == std::end(kVariableOps)) continue;
    for (const std::string& key : {node.name, node.attrs.String("shared_name", "")}) {
      if (index->Find(key) != nullptr) variables.emplace(node.name, CheckpointValue{key, ""});
    }
  }
  return variables;
}

void BindVariables(Graph& graph, const VariableMap& variables, const CheckpointIndex* index) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    Node& node = graph.node(id);
    if (std::ranges::find(kVariableOps, node.op) == std::end(kVariableOps)) continue;
    const auto found = variables.find(node.name);
    const bool is_known =
        found != variables.end() && index != nullptr && index->Find(found->second.key) != nullptr;
    const auto value = is_known ? std::optional(found->second) : std::nullopt;
    if (node.op == "VarHandleOp") {
      node.value = MakeHandle(DType::kResource, std::make_shared<VariableObject>(node.name, value));
    } else if (value) {
      MakeConstantToLoad(node, *value, *index);
      continue;
    } else {
      continue;  // an error if something reads it
    }
    node.op = "Const";
    node.inputs.clear();
    node.attrs = AttrMap();
  }
}

}  // namespace tfwasm
