// SPDX-License-Identifier: Apache-2.0
#include "convert/tables.h"

#include <algorithm>
#include <utility>

#include "convert/inline_functions.h"
#include "convert/variables.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

constexpr std::string_view kTable = "_table";

bool IsTable(const Node& node) {
  return IsOneOf(node.op, {"HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2",
                           "MutableDenseHashTableV2", "AnonymousHashTable"});
}

std::string TableAt(const Graph& graph, Edge edge) {
  return graph.node(SkipIdentities(graph, edge).node).attrs.String(kTable, "");
}

// The node that initializes the model: of a collection, or of the signature for this purpose.
std::string InitializerOf(const MetaGraph& meta) {
  for (const std::string_view collection : {"saved_model_main_op", "legacy_init_op"}) {
    const std::vector<std::string> nodes = meta.NodesIn(collection);
    if (!nodes.empty()) return nodes[0];
  }
  for (const SignatureDef& signature : meta.signatures) {
    if (signature.key == "__saved_model_init_op" && !signature.outputs.empty()) {
      return signature.outputs[0].name;
    }
  }
  return "";
}

// The graph of the initializer, with its functions inlined.
Graph InitializerGraph(GraphFile& file, std::vector<std::string> nodes) {
  ModelDef model;
  model.graph = file.graph();
  Graph& graph = model.graph;
  for (std::string& name : nodes) {
    if (name.ends_with(":0")) name.resize(name.size() - 2);
    const NodeId id = graph.Find(name);
    if (id != kNoNode) graph.outputs.push_back({name, {.node = id}});
  }
  RemoveDeadNodes(graph);
  graph.Compact();
  file.ReadFunctionsOf(graph, model.functions);
  for (auto& [name, function] : model.functions) MarkTables(function.body, name);
  InlineCalls(graph, model.functions);
  return std::move(graph);
}

// Finds the sources of tables in the initializer's graph.
class TableFinder {
 public:
  TableFinder(const Graph& graph, const MetaGraph& meta) : graph_(graph), meta_(meta) {}

  TableMap Run() const {
    TableMap tables;
    for (NodeId id = 0; id < graph_.size(); ++id) {
      const Node& node = graph_.node(id);
      const bool is_file =
          IsOneOf(node.op, {"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"});
      const bool is_constant = IsOneOf(node.op, {"InitializeTable", "InitializeTableV2",
                                                 "LookupTableImport", "LookupTableImportV2"});
      if (node.inputs.size() != (is_file ? 2 : 3) || (!is_file && !is_constant)) continue;
      const std::string table = TableAt(graph_, node.inputs[0]);
      const auto source = is_file ? FromFile(node) : FromConstants(node);
      if (source) tables.emplace(table, *source);
    }
    return tables;
  }

 private:
  std::optional<TableSource> FromConstants(const Node& node) const {
    const Tensor* keys = graph_.ConstValue(SkipIdentities(graph_, node.inputs[1]));
    const Tensor* values = graph_.ConstValue(SkipIdentities(graph_, node.inputs[2]));
    if (keys == nullptr || values == nullptr || keys->empty() || values->empty()) {
      return std::nullopt;
    }
    return TableSource{.contents = {*keys, *values}};
  }

  std::optional<TableSource> FromFile(const Node& node) const {
    const std::string asset = AssetAt(node.inputs[1]);
    if (asset.empty()) return std::nullopt;
    return TableSource{.asset = asset, .attrs = node.attrs};
  }

  // The name of the file whose path this tensor holds; "" if it is not known.
  std::string AssetAt(Edge edge) const {
    edge = SkipIdentities(graph_, edge);
    const Node& node = graph_.node(edge.node);
    for (const AssetFile& asset : meta_.assets) {
      if (asset.tensor == node.name || asset.tensor == StrCat(node.name, ":0")) return asset.name;
    }
    if (node.op != "ReadVariableOp" || node.inputs.empty()) return "";
    // The path is in a variable, which the initializer assigns.
    const Edge variable = SkipIdentities(graph_, node.inputs[0]);
    for (NodeId id = 0; id < graph_.size(); ++id) {
      const Node& assign = graph_.node(id);
      if (assign.op != "AssignVariableOp" || assign.inputs.size() != 2) continue;
      if (!(SkipIdentities(graph_, assign.inputs[0]) == variable)) continue;
      const Edge value = SkipIdentities(graph_, assign.inputs[1]);
      if (graph_.node(value.node).op != "ReadVariableOp") return AssetAt(value);
    }
    return "";
  }

  const Graph& graph_;
  const MetaGraph& meta_;
};

// The tables of a graph by name, each with its first node.
std::map<std::string, NodeId> TablesIn(const Graph& graph) {
  std::map<std::string, NodeId> tables;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (IsTable(graph.node(id))) tables.emplace(graph.node(id).attrs.String(kTable, ""), id);
  }
  return tables;
}

NodeId AddTable(Graph& graph, const Node& table) {
  Node copy{.name = table.name, .op = table.op, .attrs = table.attrs};
  return graph.Add(std::move(copy));
}

void AddImport(Graph& graph, NodeId table, const TableContents& contents) {
  const std::string& name = graph.node(table).name;
  // Weights of both graphs share one list.
  const std::string prefix = StrCat("initializer/", name);
  Node import{.name = StrCat(prefix, "/import"), .op = "LookupTableImportV2"};
  import.attrs.Set("Tin", contents.keys.dtype());
  import.attrs.Set("Tout", contents.values.dtype());
  import.inputs = {{.node = table},
                   {.node = graph.AddConst(prefix + "/keys", contents.keys)},
                   {.node = graph.AddConst(prefix + "/values", contents.values)}};
  const std::string import_name = import.name;
  graph.outputs.push_back({import_name, {.node = graph.Add(std::move(import))}});
}

}  // namespace

void MarkTables(Graph& graph, std::string_view prefix) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    Node& node = graph.node(id);
    if (!IsTable(node)) continue;
    const std::string name = node.attrs.String("shared_name", "");
    node.attrs.Set(kTable, name.empty() ? StrCat(prefix, "/", node.name) : name);
  }
}

TableMap FindTables(GraphFile& file, const MetaGraph& meta) {
  std::vector<std::string> nodes = meta.NodesIn("table_initializer");
  nodes.push_back(InitializerOf(meta));
  const Graph graph = InitializerGraph(file, std::move(nodes));
  return TableFinder(graph, meta).Run();
}

std::vector<std::string> NeededAssets(const ModelDef& model, const TableMap& tables) {
  std::vector<std::string> names;
  for (const auto& [table, id] : TablesIn(model.graph)) {
    const auto found = tables.find(table);
    if (found == tables.end() || found->second.asset.empty()) continue;
    const std::string& name = found->second.asset;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

void AddInitializer(SourceModel& source, const TableMap& tables,
                    const std::map<std::string, std::string>& assets) {
  Graph& graph = source.model.graph;
  for (const auto& [name, first] : TablesIn(graph)) {
    for (NodeId id = first + 1; id < graph.size(); ++id) {
      if (IsTable(graph.node(id)) && graph.node(id).attrs.String(kTable, "") == name) {
        graph.ReplaceUses({.node = id}, {.node = first});
      }
    }
    Node& node = graph.node(first);
    const bool is_mutable = node.op.starts_with("Mutable");
    node.op = "HashTableV2";
    // TensorFlow.js finds a table by the name of its node.
    node.attrs.Set("shared_name", node.name);
    const auto found = tables.find(name);
    if (found == tables.end()) {
      if (is_mutable) continue;
      Throw(Code::kOp, "it is not known what fills the table '", node.name, "'");
    }
    TableContents contents = found->second.contents;
    if (!found->second.asset.empty()) {
      contents =
          ReadTableFile(assets.at(found->second.asset), TableFormat(found->second.attrs),
                        node.attrs.RequireType("key_dtype"), node.attrs.RequireType("value_dtype"));
    }
    AddImport(source.initializer.graph, AddTable(source.initializer.graph, node), contents);
  }
}

}  // namespace tfwasm
