// SPDX-License-Identifier: Apache-2.0
#include "graph/constants.h"

namespace tfwasm {

namespace {

// Constants without a value, neither in the weights nor in the graph.
struct Missing {
  int count = 0;
  std::string names;

  void Add(const std::string& name) {
    constexpr int kMostNames = 20;
    if (++count <= kMostNames) names += StrCat(count > 1 ? ", '" : "'", name, "'");
    if (count == kMostNames + 1) names += ", ...";
  }
};

void CheckDeclaration(const Node& node, const Tensor& weight) {
  const auto* dtype = std::get_if<DType>(node.attrs.Find("dtype"));
  if (dtype != nullptr && *dtype != DType::kInvalid && *dtype != weight.dtype()) {
    Throw(Code::kDType, "this constant is declared ", *dtype, ", its weight is ", weight.dtype());
  }
  const auto* shape = std::get_if<Shape>(node.attrs.Find("shape"));
  if (shape != nullptr && *shape != weight.shape()) {
    Throw(Code::kShape, "this constant is declared with shape ", *shape, ", its weight has shape ",
          weight.shape());
  }
}

void AttachConstant(Node& node, const WeightMap& weights, Missing& missing) {
  const auto it = weights.tensors.find(node.name);
  if (it != weights.tensors.end()) {
    // The reader gives constants without elements a value.
    // NOLINTNEXTLINE(readability-container-size-empty): a tensor without a buffer is empty.
    if (!node.value.empty() && node.value.size() > 0) {
      Throw(Code::kAmbiguous, "this constant has a value and a weight");
    }
    CheckDeclaration(node, it->second);
    node.value = it->second;
  }
  if (node.value.empty()) return missing.Add(node.name);
  node.attrs.Set("dtype", node.value.dtype());
  node.attrs.Erase("shape");
}

void AttachConstants(Graph& graph, const WeightMap& weights, Missing& missing) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    Node& node = graph.node(id);
    if (node.op != "Const") continue;
    Blaming(node, [&] { AttachConstant(node, weights, missing); });
  }
}

}  // namespace

void AttachConstants(ModelDef& model, const WeightMap& weights) {
  Missing missing;
  AttachConstants(model.graph, weights, missing);
  for (auto& [name, function] : model.functions) AttachConstants(function.body, weights, missing);
  if (missing.count == 0) return;
  Throw(Code::kWeightMissing, missing.count,
        missing.count == 1 ? " constant has" : " constants have", " no weights: ", missing.names);
}

}  // namespace tfwasm
