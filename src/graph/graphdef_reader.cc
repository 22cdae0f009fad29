// SPDX-License-Identifier: Apache-2.0
#include "graph/graphdef_reader.h"

#include <algorithm>
#include <utility>

#include "core/flag_list.h"
#include "graph/attr_reader.h"
#include "graph/proto_json.h"
#include "graph/tensor_proto.h"

namespace tfwasm {

namespace {

// Reads the node list of the main graph or of a function into a Graph.
class NodeReader {
 public:
  // `function`: the name of the function, empty for the main graph.
  NodeReader(Graph& graph, const OutputResolver& resolver, std::string_view function)
      : graph_(graph), edges_(graph, resolver), function_(function) {}

  // Resolves edges after all nodes are read, since they may refer to later nodes.
  void Read(const Json::Array& nodes) {
    const NodeId first = graph_.size();
    graph_.Reserve(nodes.size());
    for (const Json& node : nodes) AddNode(node);
    for (size_t i = 0; i < nodes.size(); ++i) {
      const Json* inputs = FindField(nodes[i], "input");
      if (inputs == nullptr) continue;
      Node& node = graph_.node(first + static_cast<NodeId>(i));
      Blaming(node.op, node.name, [&] {
        for (const Json& input : ExpectArray(*inputs, "'input'")) {
          edges_.Connect(node, ExpectString(input, "an input"));
        }
      });
    }
  }

  Edge Resolve(std::string_view text) const { return edges_.Resolve(text); }

 private:
  // Calls `f`. Adds the node's name to errors.
  template <typename F>
  void Blaming(std::string_view op, std::string_view name, F f) const {
    try {
      f();
    } catch (Error& error) {
      error.Blame(op, function_.empty() ? std::string(name) : StrCat(function_, "/", name));
      throw;
    }
  }

  void AddNode(const Json& json) {
    Node node;
    ExpectObject(json, "a node");
    if (const Json* name = FindField(json, "name"))
      node.name = ExpectString(*name, "a node's name");
    if (const Json* op = FindField(json, "op")) node.op = ExpectString(*op, "a node's op");
    if (node.name.empty()) Throw(Code::kJson, "node ", graph_.size(), " has no name");
    if (node.op.empty()) Throw(Code::kOp, "the node '", node.name, "' has no op");
    Blaming(node.op, node.name, [&] { ReadNodeAttrs(json, node); });
    graph_.Add(std::move(node));
  }

  static void ReadNodeAttrs(const Json& json, Node& node) {
    const Json* attrs = FindField(json, "attr");
    if (attrs == nullptr) return;
    const bool is_const = node.op == "Const";
    node.attrs = ReadAttrMap(*attrs, is_const ? "value" : "");
    if (!is_const) return;
    const Json* value = attrs->Find("value");
    const Json* tensor = value == nullptr ? nullptr : FindField(*value, "tensor");
    if (tensor == nullptr) return;
    TensorProto proto = ReadTensorProto(*tensor, "the attribute 'value'");
    node.value = std::move(proto.value);
    node.attrs.Set("dtype", proto.dtype);
    node.attrs.Set("shape", proto.shape);
  }

  Graph& graph_;
  EdgeReader edges_;
  std::string_view function_;
};

// The list at `field`, or an empty one.
const Json::Array& ArrayField(const Json& message, std::string_view field) {
  static constexpr Json::Array kEmpty;
  const Json* list = FindField(message, field);
  return list == nullptr ? kEmpty : ExpectArray(*list, field);
}

std::string_view ArgName(const Json& arg) {
  const Json* field = FindField(arg, "name");
  if (field == nullptr) Throw(Code::kJson, "an argument has no name");
  const std::string_view name = ExpectString(*field, "an argument's name");
  if (FindField(arg, "numberAttr") != nullptr || FindField(arg, "typeListAttr") != nullptr) {
    Throw(Code::kAttr, "the argument '", name, "' is a list, which is not supported");
  }
  return name;
}

void AddArgument(Graph& body, const Json& arg) {
  Node node;
  node.name = ArgName(arg);
  node.op = "Placeholder";
  const Json* type = FindField(arg, "type");
  const DType dtype = type == nullptr ? DType::kInvalid : ReadDType(*type, "an argument's type");
  // Resources and variants have no dtype in the core.
  if (dtype != DType::kInvalid) node.attrs.Set("dtype", dtype);
  std::string name = node.name;
  body.inputs.push_back({std::move(name), {.node = body.Add(std::move(node))}});
}

// "controlRet" lists nodes that run for their effects before the function returns. Makes the first
// result wait for them.
void WaitForControlResults(const Json& json, const NodeReader& reader, Graph& body) {
  const Json* results = FindField(json, "controlRet");
  if (results == nullptr || body.outputs.empty()) return;
  Node wait;
  wait.name = body.UniqueName("control_results");
  wait.op = "Identity";
  wait.inputs = {body.outputs[0].edge};
  for (const auto& [name, node] : ExpectObject(*results, "'controlRet'")) {
    wait.control_inputs.push_back(reader.Resolve(ExpectString(node, "'controlRet'")).node);
  }
  if (!wait.control_inputs.empty()) body.outputs[0].edge = {.node = body.Add(std::move(wait))};
}

Function ReadFunctionBody(const Json& json, const Json& signature, std::string_view name,
                          const OutputResolver& resolver) {
  Function function{.prefix = StrCat(name, "/")};
  Graph& body = function.body;
  for (const Json& arg : ArrayField(signature, "inputArg")) AddArgument(body, arg);
  NodeReader reader(body, resolver, name);
  reader.Read(ArrayField(json, "nodeDef"));
  const Json* results = FindField(json, "ret");
  for (const Json& arg : ArrayField(signature, "outputArg")) {
    const std::string_view arg_name = ArgName(arg);
    const Json* result = results == nullptr ? nullptr : results->Find(arg_name);
    if (result == nullptr) Throw(Code::kEdge, "the result '", arg_name, "' is not defined");
    body.outputs.push_back({std::string(arg_name), reader.Resolve(ExpectString(*result, "'ret'"))});
  }
  WaitForControlResults(json, reader, body);
  return function;
}

void ReadFunctions(const Json& library, const OutputResolver& resolver, ModelDef& model) {
  for (const Json& json : ArrayField(library, "function")) {
    const Json* signature = FindField(json, "signature");
    const Json* name_field = signature == nullptr ? nullptr : FindField(*signature, "name");
    if (name_field == nullptr) Throw(Code::kJson, "a library function has no name");
    const std::string_view name = ExpectString(*name_field, "a function's name");
    Blaming("function", name, [&] {
      Function function = ReadFunctionBody(json, *signature, name, resolver);
      if (!model.functions.emplace(name, std::move(function)).second) {
        Throw(Code::kDuplicate, "two library functions have this name");
      }
    });
  }
}

int64_t ReadVersion(const Json& topology, std::string_view field) {
  const Json* versions = FindField(topology, "versions");
  const Json* version = versions == nullptr ? nullptr : FindField(*versions, field);
  return version == nullptr ? 0 : ReadInt64(*version, field);
}

FlagList FindReadNodes(const Graph& graph) {
  FlagList is_read(static_cast<size_t>(graph.size()));
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    for (const Edge& edge : node.inputs) is_read[static_cast<size_t>(edge.node)] = true;
    for (const NodeId control : node.control_inputs) is_read[static_cast<size_t>(control)] = true;
  }
  return is_read;
}

}  // namespace

void SetDefaultInterface(ModelDef& model) {
  const Graph& graph = model.graph;
  const FlagList is_read = FindReadNodes(graph);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const bool is_input = node.op.starts_with("Placeholder");
    const bool is_output =
        !is_read[static_cast<size_t>(id)] && node.op != "NoOp" && node.op != "Const";
    if (!is_input && !is_output) continue;
    TensorInfo info{.key = node.name, .name = node.name};
    TakePlaceholderInfo(node, info);
    (is_input ? model.inputs : model.outputs).push_back(std::move(info));
    (is_input ? model.graph.inputs : model.graph.outputs).push_back({node.name, {.node = id}});
  }
}

ModelDef ReadGraphDef(std::string_view topology, const OutputResolver& resolver) {
  const JsonDocument document = ParseJson(topology, "the model topology");
  const Json& json = document.root();
  ExpectObject(json, "the model topology");
  ModelDef model;
  NodeReader(model.graph, resolver, "").Read(ArrayField(json, "node"));
  if (const Json* library = FindField(json, "library")) ReadFunctions(*library, resolver, model);
  model.producer = ReadVersion(json, "producer");
  model.min_consumer = ReadVersion(json, "minConsumer");
  SetDefaultInterface(model);
  return model;
}

AttrMap ReadAttrs(std::string_view json) {
  return ReadAttrMap(ParseJson(json, "the attribute list").root());
}

}  // namespace tfwasm
