// SPDX-License-Identifier: Apache-2.0
#include "convert/graph_json.h"

#include <cmath>
#include <utility>

#include "convert/model_reader.h"
#include "core/base64.h"
#include "core/json_value.h"
#include "core/str_cat.h"
#include "ops/op.h"

namespace tfwasm {

std::string_view TypeNameOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return "DT_FLOAT";
    case DType::kInt32:
      return "DT_INT32";
    case DType::kBool:
      return "DT_BOOL";
    case DType::kString:
      return "DT_STRING";
    case DType::kComplex64:
      return "DT_COMPLEX64";
    case DType::kResource:
      return "DT_RESOURCE";
    case DType::kVariant:
      return "DT_VARIANT";
    case DType::kInvalid:
      break;
  }
  return "DT_INVALID";
}

namespace {

std::string Quoted(std::string_view text) { return WriteJson(std::string(text)); }

// The forms of single values.
std::string Text(bool value) { return value ? "true" : "false"; }
std::string Text(int64_t value) { return StrCat("\"", value, "\""); }
std::string Text(float value) {
  if (std::isnan(value)) return "\"NaN\"";
  if (std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return StrCat(double{value});
}
std::string Text(const std::string& value) { return StrCat("\"", EncodeBase64(value), "\""); }
std::string Text(DType value) { return StrCat("\"", TypeNameOf(value), "\""); }
std::string Text(const Shape& shape) {
  if (!shape.rank_known()) return "{\"unknownRank\":true}";
  std::string dims;
  for (const int64_t dim : shape)
    dims += StrCat(dims.empty() ? "" : ",", "{\"size\":\"", dim, "\"}");
  return dims.empty() ? "{}" : StrCat("{\"dim\":[", dims, "]}");
}
std::string Text(const FunctionRef& value) { return StrCat("{\"name\":", Quoted(value.name), "}"); }

template <typename T>
constexpr std::string_view KindOf() {
  if constexpr (std::is_same_v<T, bool>) return "b";
  if constexpr (std::is_same_v<T, int64_t>) return "i";
  if constexpr (std::is_same_v<T, float>) return "f";
  if constexpr (std::is_same_v<T, std::string>) return "s";
  if constexpr (std::is_same_v<T, DType>) return "type";
  if constexpr (std::is_same_v<T, Shape>) return "shape";
  if constexpr (std::is_same_v<T, FunctionRef>) return "func";
}

template <typename T>
std::string One(const T& value) {
  return StrCat("{\"", KindOf<T>(), "\":", Text(value), "}");
}

template <typename T, typename Stored>
std::string List(const std::vector<Stored>& values) {
  std::string list;
  for (const Stored& value : values) {
    list += list.empty() ? "" : ",";
    list += Text(static_cast<T>(value));
  }
  if (list.empty()) return "{\"list\":{}}";
  return StrCat("{\"list\":{\"", KindOf<T>(), "\":[", list, "]}}");
}

std::string Declaration(const Tensor& tensor) {
  return StrCat("\"dtype\":", Text(tensor.dtype()), ",\"tensorShape\":", Text(tensor.shape()));
}

// A tensor with its values. Rare; strings do not occur.
std::string TensorAttr(const Tensor& tensor) {
  std::string content;
  if (!tensor.empty() && tensor.dtype() != DType::kString) {
    const std::string_view bytes(static_cast<const char*>(tensor.data()), tensor.bytes());
    content = StrCat(",\"tensorContent\":\"", EncodeBase64(bytes), "\"");
  }
  return StrCat("{\"tensor\":{", Declaration(tensor), content, "}}");
}

struct AttrText {
  std::string operator()(const Tensor& value) const { return TensorAttr(value); }
  std::string operator()(const FlagList& value) const { return List<bool>(value); }
  template <typename T>
  std::string operator()(const std::vector<T>& value) const {
    return List<T>(value);
  }
  template <typename T>
  std::string operator()(const T& value) const {
    return One(value);
  }
};

void AppendAttrs(const Node& node, std::string& text) {
  text += ",\"attr\":{";
  if (node.op == "Const") {
    text += StrCat("\"dtype\":", One(node.value.dtype()), ",\"value\":{\"tensor\":{",
                   Declaration(node.value), "}}");
  } else {
    bool first = true;
    for (const auto& [name, value] : node.attrs.values()) {
      if (name.starts_with('_')) continue;
      text += StrCat(std::exchange(first, false) ? "" : ",", Quoted(name), ":",
                     std::visit(AttrText(), value));
    }
  }
  text += "}";
}

std::string ConstName(std::string_view function, std::string_view name) {
  // Functions of graph models have such names already.
  const bool is_prefixed =
      name.starts_with(function) && name.substr(function.size()).starts_with('/');
  return function.empty() || is_prefixed ? std::string(name) : StrCat(function, "/", name);
}

std::string NodeName(const Node& node, std::string_view function) {
  return node.op == "Const" ? ConstName(function, node.name) : node.name;
}

// An edge in a function: "node:arg:index".
std::string FunctionEdge(const Graph& graph, Edge edge, std::string_view function) {
  const Node& node = graph.node(edge.node);
  for (const NamedEdge& argument : graph.inputs) {
    if (argument.edge == edge) return argument.name;
  }
  const std::string name = NodeName(node, function);
  const OpDef* def = FindOp(node.op);
  // Only the first output argument can be a list; its size is what the others leave.
  std::vector<std::string_view> args;
  if (def != nullptr) {
    for (const std::string_view arg : def->output_names) args.push_back(arg);
  }
  if (args.empty()) return StrCat(name, ":output:", edge.output);
  const int first_size = NumOutputs(*def, node) - static_cast<int>(args.size()) + 1;
  if (edge.output < first_size) return StrCat(name, ":", args[0], ":", edge.output);
  const auto index = static_cast<size_t>(edge.output - first_size + 1);
  return index < args.size() ? StrCat(name, ":", args[index], ":0")
                             : StrCat(name, ":output:", edge.output);
}

std::string ArgText(std::string_view name, DType dtype) {
  return StrCat("{\"name\":", Quoted(name), ",\"type\":", Text(dtype), "}");
}

std::string InterfaceText(const std::vector<InterfaceTensor>& tensors) {
  std::string text;
  for (const InterfaceTensor& tensor : tensors) {
    const std::string resource =
        tensor.resource_id ? StrCat(",\"resourceId\":", *tensor.resource_id) : "";
    const std::string type = tensor.type.empty() ? "" : StrCat(",\"dtype\":\"", tensor.type, "\"");
    text += StrCat(text.empty() ? "" : ",", Quoted(tensor.key), ":{\"name\":", Quoted(tensor.name),
                   type, ",\"tensorShape\":", Text(tensor.shape), resource, "}");
  }
  return StrCat("{", text, "}");
}

}  // namespace

std::string TensorNameOf(const Graph& graph, Edge edge) {
  const std::string& name = graph.node(edge.node).name;
  return edge.output == 0 ? name : StrCat(name, ":", edge.output);
}

void GraphWriter::AddWeight(const Node& node, std::string name) {
  if (node.value.dtype() == DType::kInvalid || IsHandle(node.value.dtype())) {
    Blaming(node, [] { Throw(Code::kDType, "a file cannot hold constants of this type"); });
  }
  weights_.push_back({std::move(name), node.value, node.attrs.String(kLater, "")});
}

void GraphWriter::AppendNode(const Graph& graph, const Node& node, std::string_view function,
                             std::string& text) {
  const std::string name = NodeName(node, function);
  if (node.op == "Const") AddWeight(node, name);
  text += StrCat("{\"name\":", Quoted(name), ",\"op\":", Quoted(node.op));
  std::string inputs;
  const auto add = [&](const std::string& input) {
    inputs += StrCat(inputs.empty() ? "" : ",", Quoted(input));
  };
  for (const Edge& edge : node.inputs) {
    add(function.empty() ? TensorNameOf(graph, edge) : FunctionEdge(graph, edge, function));
  }
  for (const NodeId control : node.control_inputs) {
    add(StrCat("^", NodeName(graph.node(control), function)));
  }
  if (!inputs.empty()) text += StrCat(",\"input\":[", inputs, "]");
  AppendAttrs(node, text);
  text += "}";
}

void GraphWriter::AppendNodes(const Graph& graph, std::string_view function, std::string& text) {
  bool first = true;
  for (const NodeId id : graph.TopologicalOrder()) {
    const Node& node = graph.node(id);
    if (!function.empty() && node.op == "Placeholder") continue;  // an argument
    if (!std::exchange(first, false)) text += ",";
    AppendNode(graph, node, function, text);
  }
}

void GraphWriter::AppendFunction(const std::string& name, const Function& function,
                                 std::string& text) {
  const Graph& body = function.body;
  std::string inputs;
  for (const NamedEdge& input : body.inputs) {
    const DType dtype = body.node(input.edge.node).attrs.Type("dtype", DType::kInvalid);
    inputs += StrCat(inputs.empty() ? "" : ",", ArgText(input.name, dtype));
  }
  std::string outputs;
  std::string results;
  for (const NamedEdge& output : body.outputs) {
    outputs += StrCat(outputs.empty() ? "" : ",", "{\"name\":", Quoted(output.name), "}");
    results += StrCat(results.empty() ? "" : ",", Quoted(output.name), ":",
                      Quoted(FunctionEdge(body, output.edge, name)));
  }
  text += StrCat("{\"signature\":{\"name\":", Quoted(name), ",\"inputArg\":[", inputs,
                 "],\"outputArg\":[", outputs, "]},\"nodeDef\":[");
  AppendNodes(body, name, text);
  text += StrCat("],\"ret\":{", results, "}}");
}

std::string GraphWriter::Write(const ModelDef& model) {
  std::string text = "{\"node\":[";
  AppendNodes(model.graph, "", text);
  text += "]";
  if (!model.functions.empty()) {
    text += ",\"library\":{\"function\":[";
    bool first = true;
    for (const auto& [name, function] : model.functions) {
      if (!std::exchange(first, false)) text += ",";
      AppendFunction(name, function, text);
    }
    text += "]}";
  }
  text += StrCat(",\"versions\":{\"producer\":", model.producer);
  if (model.min_consumer != 0) text += StrCat(",\"minConsumer\":", model.min_consumer);
  return text + "}}";
}

std::string WriteSignature(const std::vector<InterfaceTensor>& inputs,
                           const std::vector<InterfaceTensor>& outputs) {
  return StrCat("{\"inputs\":", InterfaceText(inputs), ",\"outputs\":", InterfaceText(outputs),
                "}");
}

}  // namespace tfwasm
