// SPDX-License-Identifier: Apache-2.0
#include "convert/arithmetic.h"

#include <string>
#include <utility>
#include <vector>

#include "passes/rewrite.h"

namespace tfwasm {

namespace {

void KeepOneInput(Node& node, std::string_view op) {
  node.op = op;
  node.inputs.resize(1);
}

bool SimplifyPower(const Graph& graph, Node& node) {
  if (node.op != "Pow" || node.inputs.size() != 2) return false;
  constexpr std::pair<float, std::string_view> kOps[] = {
      {2, "Square"}, {0.5F, "Sqrt"}, {-0.5F, "Rsqrt"}, {-1, "Reciprocal"}, {1, "Identity"}};
  const auto exponent = ConstScalar(graph, node.inputs[1]);
  for (const auto& [value, op] : kOps) {
    if (exponent != value) continue;
    KeepOneInput(node, op);
    return true;
  }
  return false;
}

bool SimplifySquare(const Graph& graph, const UseMap& uses, Node& node) {
  if (node.op == "Mul" && node.inputs.size() == 2 && node.inputs[0] == node.inputs[1]) {
    KeepOneInput(node, "Square");
    return true;
  }
  if (node.op != "Square" || node.inputs.size() != 1) return false;
  const Node* difference = ProducerOf(graph, node.inputs[0], "Sub");
  if (difference == nullptr || difference->inputs.size() != 2 ||
      !difference->control_inputs.empty() || uses.Count(node.inputs[0]) != 1) {
    return false;
  }
  node.op = "SquaredDifference";
  node.inputs = difference->inputs;
  return true;
}

// The permutation of a transposition; empty if it is not constant.
std::vector<int64_t> PermutationOf(const Graph& graph, const Node& node) {
  if (node.op != "Transpose" || node.inputs.size() != 2 || !node.control_inputs.empty()) return {};
  auto axes = ConstInts(graph, node.inputs[1]).value_or(std::vector<int64_t>());
  for (int64_t& axis : axes) {
    if (axis < 0) axis += std::ssize(axes);
    if (axis < 0 || axis >= std::ssize(axes)) return {};
  }
  return axes;
}

bool JoinTransposes(Graph& graph, NodeId id) {
  const std::vector<int64_t> outer = PermutationOf(graph, graph.node(id));
  if (outer.empty() || graph.node(id).inputs[0].output != 0) return false;
  const Node& source = graph.node(graph.node(id).inputs[0].node);
  const std::vector<int64_t> inner = PermutationOf(graph, source);
  if (inner.size() != outer.size()) return false;
  const Edge input = source.inputs[0];
  std::vector<int32_t> joined;
  for (const int64_t axis : outer) {
    joined.push_back(static_cast<int32_t>(inner[static_cast<size_t>(axis)]));
  }
  const Tensor permutation = Tensor::FromSpan<int32_t>({std::ssize(joined)}, joined);
  const NodeId constant = graph.AddConst(StrCat(graph.node(id).name, "/perm"), permutation);
  graph.node(id).inputs = {input, {.node = constant}};
  graph.node(id).attrs.Set("Tperm", DType::kInt32);
  return true;
}

// Whether the axes are in order, but for the last two.
bool SwapsLastTwo(const std::vector<int64_t>& axes) {
  const int64_t rank = std::ssize(axes);
  if (rank < 2) return false;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t expected = i < rank - 2 ? i : 2 * rank - 3 - i;
    if (axes[static_cast<size_t>(i)] != expected) return false;
  }
  return true;
}

bool FoldTransposeIntoProduct(const Graph& graph, Node& node) {
  const bool is_matrix = node.op == "MatMul";
  if (!is_matrix && !IsOneOf(node.op, {"BatchMatMul", "BatchMatMulV2"})) return false;
  if (node.inputs.size() != 2 || node.attrs.Type("T", DType::kFloat32) != DType::kFloat32) {
    return false;
  }
  bool changed = false;
  for (size_t i = 0; i < 2; ++i) {
    const Node* transpose = ProducerOf(graph, node.inputs[i], "Transpose");
    if (transpose == nullptr) continue;
    const std::vector<int64_t> axes = PermutationOf(graph, *transpose);
    if (!SwapsLastTwo(axes) || (is_matrix && axes.size() != 2)) continue;
    const std::string_view batch = i == 0 ? "adj_x" : "adj_y";
    const std::string_view matrix = i == 0 ? "transpose_a" : "transpose_b";
    const std::string_view attr = is_matrix ? matrix : batch;
    node.attrs.Set(attr, !node.attrs.Bool(attr, false));
    node.inputs[i] = transpose->inputs[0];
    changed = true;
  }
  return changed;
}

}  // namespace

bool SimplifyArithmetic(Graph& graph) {
  const UseMap uses(graph);
  return RewriteNodes(graph, [&](NodeId id) {
    if (graph.node(id).op == "Transpose") return JoinTransposes(graph, id);
    Node& node = graph.node(id);
    return SimplifyPower(graph, node) || SimplifySquare(graph, uses, node) ||
           FoldTransposeIntoProduct(graph, node);
  });
}

}  // namespace tfwasm
