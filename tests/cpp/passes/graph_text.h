// SPDX-License-Identifier: Apache-2.0
// A graph as text, for before/after tests of passes:
//
//   conv = Conv2D(x, float32[1,1,4,8]) padding=SAME
//   relu = Relu(conv)
//   -> y: relu
//
// Nodes are in topological order; those of a graph with cycles are in the order of insertion. Omits
// dead nodes, inputs, and constants; small constants are shown where they are used.
#pragma once

#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/flag_list.h"
#include "graph/model_def.h"

namespace tfwasm {

namespace graph_text_internal {

inline std::string Text(const std::string& text) { return text; }
inline std::string Text(const Tensor& tensor);
inline std::string Text(const FunctionRef& function) { return function.name; }
template <typename T>
std::string Text(const T& value) {
  return StrCat(value);
}
template <typename T>
std::string Text(const std::vector<T>& list) {
  std::string text;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += ',';
    text += Text(static_cast<T>(list[i]));
  }
  return StrCat('[', text, ']');
}

template <typename T>
std::string Values(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  return tensor.shape().rank() == 0 ? Text(values[0])
                                    : Text(std::vector<T>(values.begin(), values.end()));
}

inline std::string Text(const Tensor& tensor) {
  constexpr int64_t kMostValues = 4;
  if (tensor.empty()) return "(no value)";
  const bool is_small = tensor.shape().rank() <= 1 && tensor.size() <= kMostValues;
  if (is_small && tensor.dtype() == DType::kFloat32) return Values<float>(tensor);
  if (is_small && tensor.dtype() == DType::kInt32) return Values<int32_t>(tensor);
  return StrCat(tensor.dtype(), tensor.shape());
}

inline std::string EdgeText(const Graph& graph, Edge edge) {
  const Node& node = graph.node(edge.node);
  if (node.op == "Const") return Text(node.value);
  return edge.output == 0 ? node.name : StrCat(node.name, ':', edge.output);
}

inline std::string NodeText(const Graph& graph, const Node& node) {
  std::string arguments;
  const auto add = [&](const std::string& argument) {
    if (!arguments.empty()) arguments += ", ";
    arguments += argument;
  };
  for (const Edge& edge : node.inputs) add(EdgeText(graph, edge));
  for (const NodeId control : node.control_inputs) add("^" + graph.node(control).name);
  std::string text = StrCat(node.name, " = ", node.op, '(', arguments, ')');
  for (const auto& [name, value] : node.attrs.values()) {
    const auto shown = std::visit([](const auto& held) { return Text(held); }, value);
    text += StrCat(' ', name, '=', shown);
  }
  return text + '\n';
}

inline FlagList NeededNodes(const Graph& graph) {
  FlagList needed(static_cast<size_t>(graph.size()), false);
  std::vector<NodeId> pending;
  const auto need = [&](NodeId id) {
    if (std::exchange(needed[static_cast<size_t>(id)], true) == 0) pending.push_back(id);
  };
  for (const NamedEdge& output : graph.outputs) need(output.edge.node);
  while (!pending.empty()) {
    const Node& node = graph.node(pending.back());
    pending.pop_back();
    for (const Edge& edge : node.inputs) need(edge.node);
    for (const NodeId control : node.control_inputs) need(control);
  }
  return needed;
}

inline std::vector<NodeId> TextOrder(const Graph& graph) {
  try {
    return graph.TopologicalOrder();
  } catch (const Error& error) {
    if (error.code() != Code::kCycle) throw;
    std::vector<NodeId> order(static_cast<size_t>(graph.size()));
    std::iota(order.begin(), order.end(), 0);
    return order;
  }
}

}  // namespace graph_text_internal

inline std::string GraphText(const Graph& graph) {
  const FlagList needed = graph_text_internal::NeededNodes(graph);
  std::string text;
  for (const NodeId id : graph_text_internal::TextOrder(graph)) {
    const Node& node = graph.node(id);
    const bool is_shown = node.op != "Const" && node.op != "Placeholder";
    if (is_shown && needed[static_cast<size_t>(id)]) {
      text += graph_text_internal::NodeText(graph, node);
    }
  }
  for (const NamedEdge& output : graph.outputs) {
    text +=
        StrCat("-> ", output.name, ": ", graph_text_internal::EdgeText(graph, output.edge), '\n');
  }
  return text;
}

// All functions, sorted by name:
//
//   f(x, y):
//   sum = Add(x, y)
//   -> z: sum
inline std::string FunctionsText(const FunctionMap& functions) {
  std::string text;
  for (const auto& [name, function] : functions) {
    text += name + '(';
    for (const NamedEdge& input : function.body.inputs) {
      if (!text.ends_with('(')) text += ", ";
      text += input.name;
    }
    text += "):\n" + GraphText(function.body);
  }
  return text;
}

}  // namespace tfwasm
