// SPDX-License-Identifier: Apache-2.0
#include "convert/graph_file.h"

#include <utility>
#include <vector>

#include "convert/proto_values.h"
#include "graph/edge_reader.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

constexpr size_t kMostAttrs = 256;

// Reads NodeDefs into a graph. Connects them at the end, since inputs may be later nodes.
class NodeReader {
 public:
  NodeReader(Graph& graph, const OutputArgs& args, std::string_view function)
      : graph_(graph),
        edges_(graph, [&args](const Node& producer, std::string_view name,
                              int index) { return args.Position(producer, name, index); }),
        function_(function) {}

  void Add(ProtoReader reader) {
    Node node;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> attrs;
    while (reader.Next()) {
      if (reader.field() == 1) node.name = reader.Bytes();
      if (reader.field() == 2) node.op = reader.Bytes();
      if (reader.field() == 3) inputs.push_back(reader.Bytes());
      if (reader.field() == 5) attrs.push_back(reader.Bytes());
    }
    if (node.name.empty()) Throw(Code::kProto, "node ", graph_.size(), " has no name");
    if (node.op.empty()) Throw(Code::kOp, "the node '", node.name, "' has no op");
    Naming(node.op, node.name, [&] { ReadAttrs(attrs, node); });
    inputs_.push_back({graph_.Add(std::move(node)), std::move(inputs)});
  }

  void Connect() {
    for (const auto& [id, inputs] : inputs_) {
      Node& node = graph_.node(id);
      Naming(node.op, node.name, [&] {
        for (const std::string_view input : inputs) edges_.Connect(node, input);
      });
    }
  }

  Edge Resolve(std::string_view text) const { return edges_.Resolve(text); }

 private:
  template <typename F>
  void Naming(std::string_view op, std::string_view node, F f) const {
    Blaming(op, function_.empty() ? std::string(node) : StrCat(function_, "/", node), f);
  }

  static void ReadAttrs(const std::vector<std::string_view>& entries, Node& node) {
    if (entries.size() > kMostAttrs) Throw(Code::kLimit, "the node has too many attributes");
    for (const std::string_view bytes : entries) {
      const ProtoEntry entry = ReadEntry(ProtoReader(bytes));
      // Names that start with "_" are reserved for TensorFlow's internal use.
      if (entry.key.starts_with('_')) continue;
      if (node.op == "Const" && entry.key == "value") {
        ReadConst(ProtoReader(entry.value), node);
        continue;
      }
      AttrValue value;
      if (ReadAttrValue(ProtoReader(entry.value), value))
        node.attrs.Set(entry.key, std::move(value));
    }
  }

  static void ReadConst(ProtoReader attr, Node& node) {
    while (attr.Next()) {
      if (attr.field() != 8) continue;
      bool clamped = false;
      TensorProto proto = ReadTensorProto(attr.Message(), &clamped);
      node.value = std::move(proto.value);
      if (clamped) node.attrs.Set(kClamped, true);
    }
  }

  Graph& graph_;
  EdgeReader edges_;
  std::string_view function_;
  std::vector<std::pair<NodeId, std::vector<std::string_view>>> inputs_;
};

struct Arg {
  std::string_view name;
  DType dtype = DType::kInvalid;
};

Arg ReadArg(ProtoReader reader) {
  Arg arg;
  bool is_list = false;
  while (reader.Next()) {
    if (reader.field() == 1) arg.name = reader.Bytes();
    if (reader.field() == 3) arg.dtype = FromTensorFlowType(TensorFlowTypeName(reader.Int()));
    is_list = is_list || reader.field() == 5 || reader.field() == 6;
  }
  if (is_list) {
    Throw(Code::kAttr, "the argument '", arg.name, "' is a list, which is not supported");
  }
  return arg;
}

struct Signature {
  std::string_view name;
  std::vector<Arg> inputs;
  std::vector<Arg> outputs;
};

Signature ReadSignature(ProtoReader reader) {
  Signature signature;
  while (reader.Next()) {
    if (reader.field() == 1) signature.name = reader.Bytes();
    if (reader.field() == 2) signature.inputs.push_back(ReadArg(reader.Message()));
    if (reader.field() == 3) signature.outputs.push_back(ReadArg(reader.Message()));
  }
  return signature;
}

std::string_view NameOfFunction(ProtoReader function_def) {
  std::string_view name;
  while (function_def.Next()) {
    if (function_def.field() != 1) continue;
    for (ProtoReader signature = function_def.Message(); signature.Next();) {
      if (signature.field() == 1) name = signature.Bytes();
    }
  }
  return name;
}

// The fields of a FunctionDef whose order in the file does not matter.
struct FunctionFields {
  Signature signature;
  std::vector<std::string_view> nodes;
  std::map<std::string_view, std::string_view> results;
  std::vector<std::string_view> control_results;
};

FunctionFields ReadFunctionFields(ProtoReader reader) {
  FunctionFields fields;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        fields.signature = ReadSignature(reader.Message());
        break;
      case 2:
        Throw(Code::kProto, "it has the format of TensorFlow before 1.0");
      case 3:
        fields.nodes.push_back(reader.Bytes());
        break;
      case 4: {
        const ProtoEntry entry = ReadEntry(reader.Message());
        fields.results[entry.key] = entry.value;
        break;
      }
      case 6:
        fields.control_results.push_back(ReadEntry(reader.Message()).value);
        break;
      default:
        break;
    }
  }
  return fields;
}

void AddArguments(const std::vector<Arg>& args, Graph& body) {
  for (const Arg& arg : args) {
    Node node{.name = std::string(arg.name), .op = "Placeholder"};
    if (arg.dtype != DType::kInvalid) node.attrs.Set("dtype", arg.dtype);
    body.inputs.push_back({std::string(arg.name), {.node = body.Add(std::move(node))}});
  }
}

// Makes the first result, or a new node if there is none, wait for the nodes that run for their
// effects before the function returns.
void WaitForControlResults(const FunctionFields& fields, const NodeReader& reader, Graph& body) {
  if (fields.control_results.empty()) return;
  Node wait{.name = body.UniqueName("control_results"), .op = "NoOp"};
  if (!body.outputs.empty()) {
    wait.op = "Identity";
    wait.inputs = {body.outputs[0].edge};
  }
  for (const std::string_view node : fields.control_results) {
    wait.control_inputs.push_back(reader.Resolve(node).node);
  }
  const NodeId id = body.Add(std::move(wait));
  if (!body.outputs.empty()) body.outputs[0].edge = {.node = id};
}

}  // namespace

GraphFile::GraphFile(ProtoReader graph_def, OutputArgs args) : args_(std::move(args)) {
  NodeReader nodes(graph_, args_, "");
  while (graph_def.Next()) {
    switch (graph_def.field()) {
      case 1:
        nodes.Add(graph_def.Message());
        break;
      case 2:
        ReadLibrary(graph_def.Message());
        break;
      case 4:
        ReadVersions(graph_def.Message());
        break;
      default:
        break;
    }
  }
  nodes.Connect();
}

void GraphFile::ReadVersions(ProtoReader reader) {
  while (reader.Next()) {
    if (reader.field() == 1) producer_ = reader.Int();
    if (reader.field() == 2) min_consumer_ = reader.Int();
  }
}

void GraphFile::ReadLibrary(ProtoReader reader) {
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    const std::string_view def = reader.Bytes();
    const std::string_view name = NameOfFunction(ProtoReader(def));
    if (!library_.emplace(name, def).second) {
      Throw(Code::kDuplicate, "two library functions are named '", name, "'");
    }
  }
}

Function GraphFile::ReadFunction(std::string_view name, std::string_view def) {
  return Blaming("function", name, [&] {
    const FunctionFields fields = ReadFunctionFields(ProtoReader(def));
    Function function{.prefix = StrCat(name, "/")};
    Graph& body = function.body;
    AddArguments(fields.signature.inputs, body);
    NodeReader reader(body, args_, name);
    for (const std::string_view node : fields.nodes) reader.Add(ProtoReader(node));
    reader.Connect();
    for (const Arg& output : fields.signature.outputs) {
      const auto result = fields.results.find(output.name);
      if (result == fields.results.end()) {
        Throw(Code::kEdge, "the result '", output.name, "' is not defined");
      }
      body.outputs.push_back({std::string(output.name), reader.Resolve(result->second)});
    }
    WaitForControlResults(fields, reader, body);
    return function;
  });
}

std::optional<Function> GraphFile::ReadFunction(std::string_view name) {
  const auto found = library_.find(name);
  if (found == library_.end()) return std::nullopt;
  return ReadFunction(name, found->second);
}

void GraphFile::ReadFunctionsOf(Graph& graph, FunctionMap& functions) {
  std::vector<Graph*> pending = {&graph};
  const auto need = [&](const std::string& name) {
    const auto found = library_.find(name);
    if (found == library_.end() || functions.contains(name)) return;
    // The elements of a map do not move.
    const auto added = functions.emplace(name, ReadFunction(name, found->second)).first;
    pending.push_back(&added->second.body);
  };
  while (!pending.empty()) {
    Graph& next = *pending.back();
    pending.pop_back();
    for (NodeId id = 0; id < next.size(); ++id) {
      Node& node = next.node(id);
      if (library_.contains(node.op)) {
        node.attrs.Set("f", FunctionRef{node.op});
        node.op = "PartitionedCall";
      }
      for (const auto& [name, value] : node.attrs.values()) {
        if (const auto* one = std::get_if<FunctionRef>(&value)) need(one->name);
        if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
          for (const FunctionRef& function : *many) need(function.name);
        }
      }
    }
  }
}

}  // namespace tfwasm
