// SPDX-License-Identifier: Apache-2.0
#include "convert/cut_examples.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "convert/variables.h"
#include "core/str_cat.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// The outputs of a node that parses examples: first all indices, then values, then shapes of sparse
// features, then dense features.
struct Features {
  std::vector<std::string> sparse;
  std::vector<std::string> dense;
};

bool AppendKeys(const Graph& graph, Edge edge, std::vector<std::string>& keys) {
  const Tensor* value = graph.ConstValue(SkipIdentities(graph, edge));
  if (value == nullptr || value->dtype() != DType::kString) return false;
  for (const std::string& key : value->values<std::string>()) keys.push_back(key);
  return true;
}

bool ReadFeatures(const Graph& graph, const Node& node, Features& features) {
  // Keys are inputs one by one, or a vector for each kind.
  const bool is_v2 = node.op == "ParseExampleV2";
  const auto count = [&](std::string_view attr) {
    return is_v2 ? int64_t{1} : node.attrs.Int(attr, 0);
  };
  const int64_t num_sparse = count("Nsparse");
  const int64_t num_dense = count("Ndense");
  const auto inputs = std::ssize(node.inputs);
  if (num_sparse < 0 || num_dense < 0 || num_sparse > inputs || num_dense > inputs ||
      2 + num_sparse + num_dense > inputs) {
    return false;
  }
  for (int64_t i = 0; i < num_sparse + num_dense; ++i) {
    std::vector<std::string>& keys = i < num_sparse ? features.sparse : features.dense;
    if (!AppendKeys(graph, node.inputs[static_cast<size_t>(2 + i)], keys)) return false;
  }
  return true;
}

class Cutter {
 public:
  explicit Cutter(SourceModel& source) : source_(source), graph_(source.model.graph) {}

  void Cut(NodeId id) {
    const Node node = graph_.node(id);
    Features features;
    const auto shapes = node.attrs.Find("dense_shapes");
    const auto* dense_shapes =
        shapes == nullptr ? nullptr : std::get_if<std::vector<Shape>>(shapes);
    const std::vector<DType> sparse_types = TypesOf(node, "sparse_types");
    const std::vector<DType> dense_types = TypesOf(node, "Tdense");
    if (!ReadFeatures(graph_, node, features) || sparse_types.size() != features.sparse.size() ||
        dense_types.size() != features.dense.size()) {
      return;
    }
    int output = 0;
    const auto add = [&](const std::string& key, DType dtype, const Shape& shape) {
      AddInput({.node = id, .output = output++}, key, dtype, shape);
    };
    constexpr auto kAny = Shape::kUnknownDim;
    for (const std::string& key : features.sparse) {
      add(StrCat(key, "/indices"), DType::kInt32, {kAny, 2});
    }
    for (size_t i = 0; i < features.sparse.size(); ++i) {
      add(StrCat(features.sparse[i], "/values"), sparse_types[i], {kAny});
    }
    for (const std::string& key : features.sparse) add(StrCat(key, "/shape"), DType::kInt32, {2});
    for (size_t i = 0; i < features.dense.size(); ++i) {
      std::vector<int64_t> dims = {kAny};
      const bool has_shape = dense_shapes != nullptr && i < dense_shapes->size();
      if (has_shape && (*dense_shapes)[i].rank_known()) {
        for (const int64_t dim : (*dense_shapes)[i]) dims.push_back(dim);
      }
      add(features.dense[i], dense_types[i], Shape(std::span<const int64_t>(dims)));
    }
    serialized_.insert(SkipIdentities(graph_, node.inputs[0]).node);
    source_.notes.push_back(
        StrCat("'", node.name, "' parses serialized examples: their features are the inputs now"));
  }

  // Drops inputs that only the parsers read.
  void DropExamples() {
    if (serialized_.empty()) return;
    // Inputs are never dead.
    std::vector<NamedEdge> inputs = graph_.inputs;
    std::erase_if(graph_.inputs,
                  [&](const NamedEdge& input) { return serialized_.contains(input.edge.node); });
    RemoveDeadNodes(graph_);
    graph_.inputs = std::move(inputs);
    for (size_t i = source_.inputs.size(); i-- > 0;) {
      if (!graph_.IsRemoved(graph_.inputs[i].edge.node)) continue;
      source_.inputs.erase(source_.inputs.begin() + static_cast<ptrdiff_t>(i));
      graph_.inputs.erase(graph_.inputs.begin() + static_cast<ptrdiff_t>(i));
    }
    source_.inputs.insert(source_.inputs.end(), added_.begin(), added_.end());
    graph_.inputs.insert(graph_.inputs.begin() + std::ssize(source_.inputs) - std::ssize(added_),
                         added_edges_.begin(), added_edges_.end());
  }

 private:
  static std::vector<DType> TypesOf(const Node& node, std::string_view name) {
    const AttrValue* value = node.attrs.Find(name);
    const auto* types = value == nullptr ? nullptr : std::get_if<std::vector<DType>>(value);
    return types == nullptr ? std::vector<DType>() : *types;
  }

  void AddInput(Edge edge, const std::string& key, DType dtype, const Shape& shape) {
    if (UseMap(graph_).Count(edge) == 0 || dtype == DType::kInvalid) return;
    Node node{.name = graph_.UniqueName(key), .op = "Placeholder"};
    node.attrs.Set("dtype", dtype);
    node.attrs.Set("shape", shape);
    const std::string name = node.name;
    const auto has_key = [&](const InterfaceTensor& tensor) { return tensor.key == key; };
    const bool is_taken =
        std::ranges::any_of(added_, has_key) || std::ranges::any_of(source_.inputs, has_key);
    const std::string& input = is_taken ? name : key;
    const Edge placeholder{.node = graph_.Add(std::move(node))};
    graph_.ReplaceUses(edge, placeholder);
    added_.push_back(
        {.key = input, .name = StrCat(name, ":0"), .type = TypeNameOf(dtype), .shape = shape});
    added_edges_.push_back({input, placeholder});
  }

  SourceModel& source_;
  Graph& graph_;
  std::set<NodeId> serialized_;  // where the examples come from
  std::vector<InterfaceTensor> added_;
  std::vector<NamedEdge> added_edges_;
};

}  // namespace

void CutExamples(SourceModel& source) {
  Cutter cutter(source);
  const NodeId count = source.model.graph.size();
  for (NodeId id = 0; id < count; ++id) {
    if (IsOneOf(source.model.graph.node(id).op, {"ParseExample", "ParseExampleV2"})) cutter.Cut(id);
  }
  cutter.DropExamples();
}

}  // namespace tfwasm
