// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_constants.h"

#include <algorithm>

#include "ops/node_plan.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

constexpr uint64_t kMostBytesPerNode = uint64_t{1} << 20;
constexpr uint64_t kMostBytesInFiles = 100'000;
constexpr uint64_t kMostBytes = uint64_t{32} << 20;
// The limit for the inputs of nodes whose output size only the kernel knows.
constexpr uint64_t kMostInputBytesOfUnknown = uint64_t{1} << 14;

class Folder {
 public:
  Folder(Graph& graph, uint64_t most_bytes_per_node)
      : graph_(graph), uses_(graph), most_bytes_per_node_(most_bytes_per_node) {}

  bool Run() {
    const bool changed = RewriteNodes(graph_, [&](NodeId id) { return Fold(id); });
    return replacements_.ApplyTo(graph_) || changed;
  }

 private:
  bool Fold(NodeId id) {
    if (!IsUsed(id)) return false;
    std::vector<Tensor> inputs = ConstInputs(graph_.node(id));
    if (inputs.empty()) return false;
    const OpDef& def = RequireOp(graph_.node(id), inputs.size());
    if (def.is_stateful || def.run != nullptr || !Fits(def, graph_.node(id), inputs)) return false;
    if (!def.is_view) {
      for (Tensor& input : inputs) input = input.Dequantized();
    }
    std::vector<Tensor> outputs = NodePlan::Evaluate(graph_.node(id), inputs);
    uint64_t bytes = 0;
    for (const Tensor& output : outputs) bytes += output.bytes();
    if (bytes > bytes_left_) return false;
    bytes_left_ -= bytes;
    Store(id, std::move(outputs));
    return true;
  }

  bool IsUsed(NodeId id) const {
    return !uses_.Consumers(id).empty() || uses_.Count({.node = id}) > 0;
  }

  // The inputs of a node that may be folded; empty if one of them is not constant.
  std::vector<Tensor> ConstInputs(const Node& node) const {
    std::vector<Tensor> inputs;
    if (node.op == "Const" || !node.control_inputs.empty()) return {};
    for (const Edge& edge : node.inputs) {
      const Edge source = replacements_.Resolve(edge);
      const Tensor* value = source.output == 0 ? graph_.ConstValue(source) : nullptr;
      if (value == nullptr || value->empty()) return {};
      // A constant with control inputs may be on a branch that is not taken.
      if (!graph_.node(source.node).control_inputs.empty()) return {};
      inputs.push_back(*value);
    }
    return inputs;
  }

  // Whether the outputs are small enough. Checked before memory is allocated.
  bool Fits(const OpDef& def, const Node& node, const std::vector<Tensor>& inputs) const {
    std::vector<TensorSpec> specs;
    std::vector<const Tensor*> values;
    uint64_t input_bytes = 0;
    for (const Tensor& input : inputs) {
      if (input.dtype() == DType::kString) return false;  // its size says little about its memory
      specs.push_back(SpecOf(input));
      values.push_back(&input);
      input_bytes += input.bytes();
    }
    InferContext context(node, std::move(specs), std::move(values));
    InferNode(def, context);
    uint64_t output_bytes = 0;
    for (const TensorSpec& output : context.outputs()) {
      if (output.dtype == DType::kString) return false;
      if (!output.shape.IsKnown()) return input_bytes <= kMostInputBytesOfUnknown;
      output_bytes += NumBytes(output);
      if (output_bytes > bytes_left_) return false;
    }
    return output_bytes <= std::max(most_bytes_per_node_, input_bytes);
  }

  // A node with one output becomes the constant and keeps its name.
  void Store(NodeId id, std::vector<Tensor> outputs) {
    if (outputs.size() != 1) {
      for (size_t i = 0; i < outputs.size(); ++i) {
        const std::string name = StrCat(graph_.node(id).name, "/output_", i);
        const Edge folded{.node = graph_.AddConst(name, std::move(outputs[i]))};
        replacements_.Add({id, static_cast<int>(i)}, folded);
      }
      return;
    }
    Node& node = graph_.node(id);
    node.op = "Const";
    node.inputs.clear();
    node.attrs = AttrMap();
    node.attrs.Set("dtype", outputs[0].dtype());
    node.value = std::move(outputs[0]);
  }

  Graph& graph_;
  UseMap uses_;
  EdgeReplacements replacements_;
  uint64_t most_bytes_per_node_;
  uint64_t bytes_left_ = kMostBytes;
};

}  // namespace

bool FoldConstants(Graph& graph) { return Folder(graph, kMostBytesPerNode).Run(); }

bool FoldSmallConstants(Graph& graph) { return Folder(graph, kMostBytesInFiles).Run(); }

}  // namespace tfwasm
