// SPDX-License-Identifier: Apache-2.0
// Constants to load: those that simplification needs at once, the others when they are written.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "convert/model_reader.h"
#include "convert/variables.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Smaller constants are always read at once.
constexpr uint64_t kMostBytesAtOnce = uint64_t{64} << 10;
// Between the key and the slice in kLater. Neither has it.
constexpr char kSeparator = '\n';

template <typename F>
void ForEachConstant(ModelDef& model, F use) {
  const auto visit = [&](Graph& graph) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      if (graph.node(id).attrs.Has(kCheckpointKey)) use(graph, id);
    }
  };
  visit(model.graph);
  for (auto& [name, function] : model.functions) visit(function.body);
}

// Whether passes use the values of constants.
class NeededValues {
 public:
  explicit NeededValues(const Graph& graph) : graph_(graph), uses_(graph) {}

  bool IsNeeded(NodeId id) const {
    const Tensor& value = graph_.node(id).value;
    if (value.dtype() == DType::kString || value.bytes() <= kMostBytesAtOnce) return true;
    return IsNeededBy(id);
  }

 private:
  // Whether a reader of the constant, perhaps behind Identity nodes, needs its value.
  bool IsNeededBy(NodeId id) const {
    std::vector<NodeId> pending = {id};
    std::set<NodeId> visited;
    while (!pending.empty()) {
      const NodeId source = pending.back();
      pending.pop_back();
      if (!visited.insert(source).second) continue;
      for (const NodeId reader : uses_.Consumers(source)) {
        if (graph_.node(reader).op == "Identity") {
          pending.push_back(reader);
        } else if (IsFoldable(reader) || IsScaled(reader)) {
          return true;
        }
      }
    }
    return false;
  }

  // Whether the node has only constants as inputs.
  bool IsFoldable(NodeId id) const {
    for (const Edge& edge : graph_.node(id).inputs) {
      if (!graph_.IsConst(SkipIdentities(graph_, edge))) return false;
    }
    return true;
  }

  // Whether it is a product whose result is scaled or gets a bias by a sum: see fold_batch_norms.h.
  bool IsScaled(NodeId id) const {
    if (!IsOneOf(graph_.node(id).op, {"Conv2D", "DepthwiseConv2dNative", "MatMul"})) return false;
    for (const NodeId reader : uses_.Consumers(id)) {
      const std::string& op = graph_.node(reader).op;
      if (op == "BiasAdd" ? HasScalingReader(reader)
                          : Scales(op) || IsOneOf(op, {"Add", "AddV2"})) {
        return true;
      }
    }
    return false;
  }

  bool HasScalingReader(NodeId id) const {
    const auto readers = uses_.Consumers(id);
    return std::any_of(readers.begin(), readers.end(),
                       [&](NodeId reader) { return Scales(graph_.node(reader).op); });
  }

  static bool Scales(std::string_view op) {
    return op.starts_with("FusedBatchNorm") || IsOneOf(op, {"Mul", "RealDiv", "Div", "Sub"});
  }

  const Graph& graph_;
  UseMap uses_;
};

std::string LaterOf(const AttrMap& attrs) {
  return StrCat(attrs.String(kCheckpointKey, ""), kSeparator, attrs.String(kCheckpointSlice, ""));
}

// A variable that is read twice is one constant.
void MergeEqual(Graph& graph) {
  std::map<std::string, NodeId> first;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const AttrMap& attrs = graph.node(id).attrs;
    if (!attrs.Has(kCheckpointKey)) continue;
    const auto [known, is_new] = first.emplace(LaterOf(attrs), id);
    if (!is_new) graph.ReplaceUses({.node = id}, {.node = known->second});
  }
}

}  // namespace

void RequestConstants(ModelDef& model, CheckpointReader& checkpoint) {
  const auto visit = [&](Graph& graph) {
    MergeEqual(graph);
    const NeededValues needed(graph);
    for (NodeId id = 0; id < graph.size(); ++id) {
      AttrMap& attrs = graph.node(id).attrs;
      if (!attrs.Has(kCheckpointKey)) continue;
      if (needed.IsNeeded(id)) {
        checkpoint.Request(attrs.String(kCheckpointKey, ""));
        continue;
      }
      AttrMap later;
      later.Set("dtype", graph.node(id).value.dtype());
      later.Set(kLater, LaterOf(attrs));
      attrs = std::move(later);
    }
  };
  visit(model.graph);
  for (auto& [name, function] : model.functions) visit(function.body);
}

void FillConstants(ModelDef& model, const CheckpointReader& checkpoint) {
  ForEachConstant(model, [&](Graph& graph, NodeId id) {
    Node& node = graph.node(id);
    const std::string slice = node.attrs.String(kCheckpointSlice, "");
    const Tensor& whole = checkpoint.Get(node.attrs.String(kCheckpointKey, ""));
    node.value = slice.empty() ? whole : CutSlice(whole, slice);
    node.attrs = AttrMap();
    node.attrs.Set("dtype", node.value.dtype());
  });
}

void RequestLater(const std::string& later, CheckpointReader& checkpoint) {
  checkpoint.Request(later.substr(0, later.find(kSeparator)));
}

Tensor TakeLater(const std::string& later, CheckpointReader& checkpoint) {
  const size_t separator = later.find(kSeparator);
  const std::string slice = later.substr(separator + 1);
  Tensor whole = checkpoint.Take(later.substr(0, separator));
  return slice.empty() ? whole : CutSlice(whole, slice);
}

}  // namespace tfwasm
