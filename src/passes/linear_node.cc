// SPDX-License-Identifier: Apache-2.0
#include "passes/linear_node.h"

#include <algorithm>
#include <cmath>

#include "core/ascii.h"
#include "ops/elementwise/activations.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

struct OpNames {
  LinearKind kind;
  std::string_view plain;
  std::string_view fused;
};

constexpr OpNames kOpNames[] = {
    {LinearKind::kConv, "Conv2D", "_FusedConv2D"},
    {LinearKind::kDepthwise, "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"},
    {LinearKind::kMatMul, "MatMul", "_FusedMatMul"},
};

// Reads fused_ops: an optional BiasAdd, then an optional activation.
bool ReadFusedOps(const Node& node, LinearNode& linear) {
  for (const std::string& name : node.attrs.Strings("fused_ops")) {
    if (!linear.activation.empty()) return false;
    if (EqualsIgnoringCase(name, "BiasAdd")) {
      if (linear.has_bias) return false;
      linear.has_bias = true;
    } else if (!EqualsIgnoringCase(name, "Linear") && !EqualsIgnoringCase(name, "NoOp")) {
      const FusableActivation* activation = FindActivation(name);
      if (activation == nullptr) return false;
      linear.activation = activation->op;
    }
  }
  return true;
}

}  // namespace

std::optional<LinearNode> AsLinear(const Node& node) {
  for (const OpNames& names : kOpNames) {
    if (node.op != names.plain && node.op != names.fused) continue;
    LinearNode linear;
    linear.kind = names.kind;
    if (!node.control_inputs.empty()) return std::nullopt;
    if (node.attrs.LowerString("data_format", "nhwc") != "nhwc") return std::nullopt;
    if (node.op == names.fused && !ReadFusedOps(node, linear)) return std::nullopt;
    const size_t inputs = 2 + (linear.has_bias ? 1 : 0) + (linear.activation == "Prelu" ? 1 : 0);
    if (node.inputs.size() != inputs) return std::nullopt;
    linear.transpose_b =
        linear.kind == LinearKind::kMatMul && node.attrs.Bool("transpose_b", false);
    return linear;
  }
  return std::nullopt;
}

std::optional<int64_t> OutputChannels(const LinearNode& linear, const Tensor& filter) {
  const Shape& shape = filter.shape();
  if (shape.rank() != linear.rank()) return std::nullopt;
  switch (linear.kind) {
    case LinearKind::kConv:
      return shape[3];
    case LinearKind::kDepthwise:
      return shape[2] * shape[3];
    case LinearKind::kMatMul:
      return linear.transpose_b ? shape[0] : shape[1];
  }
  return std::nullopt;
}

Tensor ScaledFilter(const LinearNode& linear, const Tensor& filter,
                    std::span<const double> scales) {
  Tensor scaled(DType::kFloat32, filter.shape());
  const Tensor values = filter.Dequantized();
  const auto from = values.values<float>();
  const auto to = scaled.mutable_values<float>();
  const size_t channels = scales.size();
  if (from.empty()) return scaled;
  // The number of consecutive weights of one channel: a row of a transposed matrix, else 1.
  const size_t run = linear.transpose_b ? from.size() / channels : 1;
  for (size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(double{from[i]} * scales[i / run % channels]);
  }
  return scaled;
}

std::optional<std::vector<double>> ChannelValues(const Graph& graph, Edge edge, int64_t channels,
                                                 int rank) {
  const Tensor* value = ConstFloats(graph, edge);
  if (value == nullptr || value->shape().rank() > rank || channels < 1) return std::nullopt;
  const Shape& shape = value->shape();
  const bool last_counts = shape.rank() > 0 && shape[shape.rank() - 1] == channels;
  if (value->size() != (last_counts ? channels : 1)) return std::nullopt;
  const auto values = value->values<float>();
  for (const float v : values) {
    if (!std::isfinite(v)) return std::nullopt;
  }
  if (values.size() == 1) return std::vector(static_cast<size_t>(channels), double{values[0]});
  return std::vector<double>(values.begin(), values.end());
}

void BecomeLinear(Node& node, const Node& source, const LinearNode& linear) {
  node.inputs = source.inputs;
  node.attrs = source.attrs;
  std::vector<std::string> fused;
  if (linear.has_bias) fused.emplace_back("BiasAdd");
  if (!linear.activation.empty()) fused.emplace_back(linear.activation);
  for (const OpNames& names : kOpNames) {
    if (names.kind == linear.kind) node.op = fused.empty() ? names.plain : names.fused;
  }
  if (fused.empty()) {
    node.attrs.Erase("fused_ops");
    node.attrs.Erase("num_args");
    return;
  }
  node.attrs.Set("num_args", static_cast<int64_t>(node.inputs.size()) - 2);
  node.attrs.Set("fused_ops", std::move(fused));
}

}  // namespace tfwasm
