// SPDX-License-Identifier: Apache-2.0
#include "graph/structure.h"

namespace tfwasm {

namespace {

void AppendBytes(const void* data, size_t bytes, std::string& text) {
  text.append(static_cast<const char*>(data), bytes);
}

template <typename T>
void AppendValue(const T& value, std::string& text) {
  AppendBytes(&value, sizeof(value), text);
}
void AppendValue(const std::string& value, std::string& text) {
  AppendValue(value.size(), text);
  text += value;
}
void AppendValue(const Shape& shape, std::string& text) {
  AppendValue(static_cast<char>(shape.rank()), text);
  if (shape.rank_known()) AppendBytes(shape.begin(), shape.dims().size_bytes(), text);
}
void AppendValue(const FunctionRef& function, std::string& text) {
  AppendValue(function.name, text);
}
void AppendValue(const Tensor& tensor, std::string& text) {
  AppendValue(tensor.dtype(), text);
  AppendValue(tensor.shape(), text);
  if (tensor.dtype() != DType::kString) return AppendBytes(tensor.data(), tensor.bytes(), text);
  for (const std::string& element : tensor.values<std::string>()) AppendValue(element, text);
}
template <typename T>
void AppendValue(const std::vector<T>& values, std::string& text) {
  AppendValue(values.size(), text);
  for (const T& value : values) AppendValue(value, text);
}

}  // namespace

void AppendStructure(const TensorSpec& spec, std::string& text) {
  AppendValue(spec.dtype, text);
  AppendValue(spec.shape, text);
}

void AppendStructure(const Node& node, std::string& text) {
  AppendValue(node.op, text);
  AppendValue(node.attrs.values().size(), text);
  for (const Attr& attr : node.attrs.values()) {
    AppendValue(attr.name, text);
    AppendValue(attr.value.index(), text);
    std::visit([&](const auto& value) { AppendValue(value, text); }, attr.value);
  }
  AppendValue(node.inputs, text);
  if (node.op == "Const") AppendValue(node.value, text);
}

std::string StructureOf(const Graph& graph) {
  std::string text;
  for (NodeId id = 0; id < graph.size(); ++id) AppendStructure(graph.node(id), text);
  for (const std::vector<NamedEdge>* edges : {&graph.inputs, &graph.outputs}) {
    AppendValue(edges->size(), text);
    for (const NamedEdge& named : *edges) AppendValue(named.edge, text);
  }
  AppendValue(graph.updates, text);
  return text;
}

}  // namespace tfwasm
