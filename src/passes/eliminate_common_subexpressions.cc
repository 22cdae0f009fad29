// SPDX-License-Identifier: Apache-2.0
#include "passes/eliminate_common_subexpressions.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/flag_list.h"
#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Larger constants are compared by address only: comparing all weights would take longer than it
// saves.
constexpr size_t kMostBytesCompared = 1024;

// Builds a key that is equal for two nodes exactly if they compute the same.
class KeyBuilder {
 public:
  void Clear() { words_.clear(); }
  void Add(int64_t value) { words_.push_back(value); }
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    const size_t end = words_.size();
    words_.resize(end + (text.size() + sizeof(int64_t) - 1) / sizeof(int64_t));
    std::copy(text.begin(), text.end(), reinterpret_cast<char*>(words_.data() + end));
  }
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

  std::string Key() const {
    return {reinterpret_cast<const char*>(words_.data()), words_.size() * sizeof(int64_t)};
  }

 private:
  std::vector<int64_t> words_;
};

void KeyBuilder::Add(const Tensor& tensor) {
  Add(tensor.dtype());
  Add(tensor.shape());
  if (tensor.empty()) return;
  const bool is_plain = tensor.dtype() != DType::kString;
  if (is_plain && tensor.bytes() <= kMostBytesCompared) {
    Add(std::string_view(static_cast<const char*>(tensor.data()), tensor.bytes()));
  } else {
    Add(static_cast<int64_t>(reinterpret_cast<intptr_t>(tensor.buffer().get())));
  }
}

// Finds nodes that compute the same as an earlier node.
class Sharer {
 public:
  explicit Sharer(Graph& graph) : graph_(graph) {}

  bool Run() {
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (graph_.IsConst({.node = id})) ShareConst(id);
    }
    RewriteNodes(graph_, [&](NodeId id) {
      Share(id);
      return false;
    });
    return replacements_.ApplyTo(graph_);
  }

 private:
  void ShareConst(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.value.empty() || !node.control_inputs.empty()) return;
    key_.Clear();
    key_.Add(node.op);
    key_.Add(node.value);
    Replace(id, 1);
  }

  void Share(NodeId id) {
    const Node& node = graph_.node(id);
    const OpDef* def = FindOp(node.op);
    if (def == nullptr || def->is_stateful) return;
    if (node.inputs.empty() || !node.control_inputs.empty()) return;
    key_.Clear();
    key_.Add(node.op);
    for (const Edge& edge : node.inputs) {
      const Edge source = replacements_.Resolve(edge);
      key_.Add(int64_t{source.node});
      key_.Add(int64_t{source.output});
    }
    for (const auto& [name, value] : node.attrs.values()) {
      if (name.starts_with('_')) continue;  // hints for TensorFlow's own optimizer
      key_.Add(name);
      key_.AddAttr(value);
    }
    Replace(id, NumOutputs(*def, node));
  }

  // Replaces the node by the first one with the same key.
  void Replace(NodeId id, int outputs) {
    const auto [first, is_new] = first_with_.emplace(key_.Key(), id);
    if (is_new) return;
    for (int i = 0; i < outputs; ++i) replacements_.Add({id, i}, {first->second, i});
  }

  Graph& graph_;
  KeyBuilder key_;
  std::unordered_map<std::string, NodeId> first_with_;
  EdgeReplacements replacements_;
};

}  // namespace

bool EliminateCommonSubexpressions(Graph& graph) { return Sharer(graph).Run(); }

}  // namespace tfwasm
