// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_batch_norms.h"

#include <algorithm>
#include <cmath>

#include "passes/linear_node.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

using Channels = std::vector<double>;

// Per channel: scale * x + offset.
struct ChannelAffine {
  Channels scales;
  Channels offsets;
  bool is_bias = false;  // only adds one constant per channel
};

class Folder {
 public:
  explicit Folder(Graph& graph) : graph_(graph), uses_(graph) {}

  bool Fold(NodeId id) {
    const size_t inputs = graph_.node(id).inputs.size();
    for (size_t i = 0; i < std::min<size_t>(inputs, 2); ++i) {
      if (FoldInto(id, i)) return true;
    }
    return false;
  }

 private:
  bool FoldInto(NodeId id, size_t input) {
    const Edge edge = graph_.node(id).inputs[input];
    if (edge.output != 0 || uses_.Count(edge) != 1) return false;
    const Node& source = graph_.node(edge.node);
    const auto linear = AsLinear(source);
    if (!linear || !linear->activation.empty()) return false;
    const Tensor* filter = ConstFloats(graph_, source.inputs[1]);
    if (filter == nullptr) return false;
    channels_ = OutputChannels(*linear, *filter).value_or(0);
    rank_ = linear->rank();
    const auto affine = MatchAffine(id, input);
    if (!affine || (affine->is_bias && !linear->has_bias)) return false;
    return Store(id, source, *linear, *filter, *affine);
  }

  std::optional<Channels> Constant(Edge edge) const {
    return ChannelValues(graph_, edge, channels_, rank_);
  }
  Channels All(double value) const { return Channels(static_cast<size_t>(channels_), value); }

  // The affine function that the node applies to its input `input`.
  std::optional<ChannelAffine> MatchAffine(NodeId id, size_t input) const {
    const Node& node = graph_.node(id);
    if (node.op.starts_with("FusedBatchNorm")) return MatchBatchNorm(id, input);
    if (node.inputs.size() != 2) return std::nullopt;
    const auto values = Constant(node.inputs[1 - input]);
    if (!values) return std::nullopt;
    const bool is_bias = ConstFloats(graph_, node.inputs[1 - input])->size() == channels_;
    if (node.op == "Mul") return ChannelAffine{*values, All(0)};
    if (IsOneOf(node.op, {"Add", "AddV2"})) return ChannelAffine{All(1), *values, is_bias};
    if (node.op == "Sub" && input == 1) return ChannelAffine{All(-1), *values};
    if (input == 1) return std::nullopt;
    Channels inverted = *values;
    if (node.op == "Sub") {
      for (double& value : inverted) value = -value;
      return ChannelAffine{All(1), inverted};
    }
    if (IsOneOf(node.op, {"Div", "RealDiv"})) {
      for (double& value : inverted) value = 1 / value;
      return ChannelAffine{inverted, All(0)};
    }
    if (node.op == "BiasAdd" && node.attrs.LowerString("data_format", "nhwc") == "nhwc") {
      return ChannelAffine{All(1), *values, is_bias};
    }
    return std::nullopt;
  }

  std::optional<ChannelAffine> MatchBatchNorm(NodeId id, size_t input) const {
    const Node& node = graph_.node(id);
    const bool is_plain =
        IsOneOf(node.op, {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}) &&
        input == 0 && node.inputs.size() == 5 && !node.attrs.Bool("is_training", false) &&
        node.attrs.LowerString("data_format", "nhwc") == "nhwc";
    if (!is_plain || !ReadsFirstOutputOnly(id)) return std::nullopt;
    const auto scale = Constant(node.inputs[1]);
    const auto offset = Constant(node.inputs[2]);
    const auto mean = Constant(node.inputs[3]);
    const auto variance = Constant(node.inputs[4]);
    if (!scale || !offset || !mean || !variance) return std::nullopt;
    const double epsilon = double{node.attrs.Float("epsilon", 0.001F)};
    ChannelAffine affine{All(0), All(0)};
    for (size_t i = 0; i < affine.scales.size(); ++i) {
      affine.scales[i] = (*scale)[i] / std::sqrt((*variance)[i] + epsilon);
      affine.offsets[i] = (*offset)[i] - (*mean)[i] * affine.scales[i];
    }
    return affine;
  }

  // The other outputs are batch statistics, which only training reads.
  bool ReadsFirstOutputOnly(NodeId id) const {
    constexpr int kOutputs = 6;
    for (int i = 1; i < kOutputs; ++i) {
      if (uses_.Count({id, i}) > 0) return false;
    }
    return true;
  }

  // Turns the node `id` into the product `source`, with scaled filter and bias and the offset
  // added.
  bool Store(NodeId id, Node source, LinearNode linear, const Tensor& filter,
             const ChannelAffine& affine) {
    Channels bias = affine.offsets;
    if (linear.has_bias) {
      const auto old_bias = Constant(source.inputs[2]);
      if (!old_bias) return false;
      for (size_t i = 0; i < bias.size(); ++i) bias[i] += (*old_bias)[i] * affine.scales[i];
    }
    if (!AreFloats(affine.scales) || !AreFloats(bias)) return false;
    // The names that the converter of TensorFlow.js gives.
    const std::string name = source.name;
    if (affine.scales != All(1)) {
      Tensor scaled = ScaledFilter(linear, filter, affine.scales);
      source.inputs[1] = {.node = graph_.AddConst(name + "_weights", std::move(scaled))};
    }
    if (linear.has_bias || bias != All(0)) {
      linear.has_bias = true;
      source.inputs.resize(3);
      source.inputs[2] = {.node = graph_.AddConst(name + "_bn_offset", FloatTensor(bias))};
    }
    BecomeLinear(graph_.node(id), source, linear);
    return true;
  }

  static bool AreFloats(const Channels& values) {
    return std::all_of(values.begin(), values.end(),
                       [](double value) { return std::isfinite(static_cast<float>(value)); });
  }

  static Tensor FloatTensor(const Channels& values) {
    Tensor tensor(DType::kFloat32, {static_cast<int64_t>(values.size())});
    std::copy(values.begin(), values.end(), tensor.mutable_values<float>().begin());
    return tensor;
  }

  Graph& graph_;
  UseMap uses_;
  int64_t channels_ = 0;
  int rank_ = 0;
};

}  // namespace

bool FoldBatchNorms(Graph& graph) {
  Folder folder(graph);
  return RewriteNodes(graph, [&](NodeId id) { return folder.Fold(id); });
}

}  // namespace tfwasm
