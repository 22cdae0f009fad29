// SPDX-License-Identifier: Apache-2.0
// A common view of Conv2D, DepthwiseConv2dNative, MatMul and their fused forms: a product with a
// filter, an optional bias per output channel, an optional activation.
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
  // The inputs are x, filter, the bias if there is one, and the slopes of Prelu.
  bool has_bias = false;
  std::string_view activation;  // as in fused_ops, e.g. "Relu6"; empty if none
  bool transpose_b = false;

  // The rank of its input and output.
  int rank() const { return kind == LinearKind::kMatMul ? 2 : 4; }
};

// `node` as a linear node; nullopt if it is not one, its data is not NHWC, it has control inputs,
// or its attributes do not match its inputs.
std::optional<LinearNode> AsLinear(const Node& node);

// The number of output channels of this filter; nullopt if its rank is wrong.
std::optional<int64_t> OutputChannels(const LinearNode& linear, const Tensor& filter);

// A copy of `filter` with the weights of each output channel times its scale.
Tensor ScaledFilter(const LinearNode& linear, const Tensor& filter, std::span<const double> scales);

// The values of a constant that is added to or multiplied with a tensor of rank `rank`, one per
// channel. The constant must be float32, finite, and constant along all but the last dimension;
// otherwise nullopt.
std::optional<std::vector<double>> ChannelValues(const Graph& graph, Edge edge, int64_t channels,
                                                 int rank);

// Turns `node` into the op of `source`, with its inputs and attributes, and with the bias and
// activation of `linear`. `node` keeps its name and its place in the graph.
void BecomeLinear(Node& node, const Node& source, const LinearNode& linear);

}  // namespace tfwasm
