// SPDX-License-Identifier: Apache-2.0
// Conv2D, DepthwiseConv2dNative, MatMul and their fused forms, seen as one: a product with a
// filter, then optionally a bias for each output channel, then optionally an activation.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "graph/graph.h"
#include "passes/clamp_range.h"

namespace tfwasm {

enum class LinearKind { kConv, kDepthwise, kMatMul };

struct LinearNode {
  LinearKind kind = LinearKind::kConv;
  // Inputs in order: x, filter, the bias if there is one, the slopes of Prelu.
  bool has_bias = false;
  std::string_view activation;  // as in fused_ops, e.g. "Relu6"; empty for none
  bool transpose_b = false;

  // The rank of its input and output.
  int rank() const { return kind == LinearKind::kMatMul ? 2 : 4; }
};

// `node` as a linear node; nullopt when it is none, its data is not NHWC, it has control
// inputs, or its attributes and inputs do not agree.
std::optional<LinearNode> AsLinear(const Node& node);

// The name that this op has as an activation in fused_ops, in any case; empty when it is none.
std::string_view ActivationName(std::string_view op);

// The number of output channels that this filter gives; nullopt when its rank is wrong.
std::optional<int64_t> OutputChannels(const LinearNode& linear, const Tensor& filter);

// A copy of `filter` with the weights of each output channel multiplied by that channel's scale.
Tensor ScaledFilter(const LinearNode& linear, const Tensor& filter, std::span<const double> scales);

// The values of a float32 constant that broadcasting repeats for all but the last dimension of a
// tensor with `rank` dimensions, as one number for each of its channels; nullopt for other shapes,
// constants that are not finite and edges that are not constant.
std::optional<std::vector<double>> ChannelValues(const Graph& graph, Edge edge, int64_t channels,
                                                 int rank);

// Makes `node` do what `source` does, with its inputs and attributes but the bias and activation of
// `linear`. `node` keeps its name and its place in the graph.
void BecomeLinear(Node& node, const Node& source, const LinearNode& linear);

}  // namespace tfwasm
