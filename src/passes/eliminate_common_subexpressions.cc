// SPDX-License-Identifier: Apache-2.0
#include "passes/eliminate_common_subexpressions.h"

#include <bit>
#include <unordered_map>

#include "core/flag_list.h"
#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Larger constants are the same only when they share their memory: comparing all weights would
// take longer than it saves.
constexpr size_t kMostBytesCompared = 1024;

// Builds bytes that two nodes have in common exactly when they compute the same.
class KeyBuilder {
 public:
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    key_ += text;
  }
  void Add(int64_t value) { key_.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
  void Add(bool value) { Add(int64_t{value}); }
  void Add(float value) { Add(int64_t{std::bit_cast<int32_t>(value)}); }
  void Add(DType dtype) { Add(static_cast<int64_t>(dtype)); }
  void Add(const Shape& shape) {
    Add(int64_t{shape.rank()});
    if (!shape.rank_known()) return;
    for (const int64_t dim : shape) Add(dim);
  }
  void Add(const FunctionRef& function) { Add(function.name); }
  void Add(const Tensor& tensor);
  template <typename T>
  void Add(const std::vector<T>& list) {
    Add(static_cast<int64_t>(list.size()));
    for (const T& item : list) Add(item);
  }
  void Add(const FlagList& list) {
    Add(static_cast<int64_t>(list.size()));
    for (const bool item : list) Add(item);
  }
  void AddAttr(const AttrValue& value) {
    Add(static_cast<int64_t>(value.index()));
    std::visit([&](const auto& held) { Add(held); }, value);
  }

  std::string Take() { return std::move(key_); }

 private:
  std::string key_;
};

void KeyBuilder::Add(const Tensor& tensor) {
  Add(tensor.dtype());
  Add(tensor.shape());
  if (tensor.empty()) return;
  const bool is_plain = tensor.dtype() != DType::kString;
  if (is_plain && tensor.bytes() <= kMostBytesCompared) {
    Add(std::string_view(static_cast<const char*>(tensor.data()), tensor.bytes()));
  } else {
    Add(static_cast<int64_t>(reinterpret_cast<intptr_t>(tensor.data())));
  }
}

bool MayShare(const Node& node) {
  if (node.op == "Const") return !node.value.empty() && node.control_inputs.empty();
  const OpDef* def = FindOp(node.op);
  return def != nullptr && !def->is_stateful && !node.inputs.empty() && node.control_inputs.empty();
}

std::string KeyOf(const Node& node, const EdgeReplacements& replacements) {
  KeyBuilder key;
  key.Add(node.op);
  if (node.op == "Const") {
    key.Add(node.value);
    return key.Take();
  }
  for (const Edge& edge : node.inputs) {
    const Edge source = replacements.Resolve(edge);
    key.Add(int64_t{source.node});
    key.Add(int64_t{source.output});
  }
  for (const auto& [name, value] : node.attrs.values()) {
    if (name.starts_with('_')) continue;  // hints for TensorFlow's own optimizer
    key.Add(name);
    key.AddAttr(value);
  }
  return key.Take();
}

}  // namespace

bool EliminateCommonSubexpressions(Graph& graph) {
  std::unordered_map<std::string, NodeId> first_with;
  EdgeReplacements replacements;
  RewriteNodes(graph, [&](NodeId id) {
    const Node& node = graph.node(id);
    if (!MayShare(node)) return false;
    const auto [first, is_new] = first_with.emplace(KeyOf(node, replacements), id);
    if (is_new) return false;
    const int outputs = NumOutputs(*FindOp(node.op), node);
    for (int i = 0; i < outputs; ++i) replacements.Add({id, i}, {first->second, i});
    return false;
  });
  return replacements.ApplyTo(graph);
}

}  // namespace tfwasm
