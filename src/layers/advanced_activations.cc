// SPDX-License-Identifier: Apache-2.0
// Layers that apply a function elementwise, and Softmax. Formulas: Keras,
// keras/src/layers/activations.
#include <optional>

#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/layer.h"
#include "layers/softmax.h"

namespace tfwasm {

Operand SoftmaxOver(Operand x, const std::vector<int>& axes) {
  if (axes.size() == 1 && axes[0] == x.shape().rank() - 1) return Unary("Softmax", x);
  const Operand most = Reduce("Max", x, axes, /*keep_dims=*/true);
  const Operand powers = Unary("Exp", x - Unary("StopGradient", most));
  return powers / Sum(powers, axes, /*keep_dims=*/true);
}

Operand MaskedSoftmax(Operand x, Operand mask, const std::vector<int>& axes,
                      Generation generation) {
  if (mask.empty()) return SoftmaxOver(x, axes);
  constexpr float kLow = -1e9f;
  if (generation == Generation::kKeras2) {
    return SoftmaxOver(x + kLow * (1.0f - Cast(mask, x.dtype())), axes);
  }
  const Operand y = SoftmaxOver(Select(mask, x, NumberLike(x, kLow)), axes);
  return Select(mask, y, NumberLike(y, 0));
}

namespace {

class SoftmaxLayer : public Layer {
 public:
  explicit SoftmaxLayer(LayerConfig& config)
      : axes_(AxesOf(config, "axis", -1)), generation_(config.generation()) {
    // For numbers beyond 1e9.
    if (config.Has("robust_masking")) config.Bool("robust_masking", false);
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const int rank = x.shape().rank();
    Operand mask = context.mask();
    if (!mask.empty()) mask = ExpandMask(mask, rank);
    context.set_output(MaskedSoftmax(x, mask, NormalizeAxes(axes_, rank), generation_));
  }

 private:
  std::vector<int64_t> axes_;
  Generation generation_;
};

// x, or slope * (x - threshold) up to a threshold; at most `most`.
class ReluLayer : public Layer {
 public:
  explicit ReluLayer(LayerConfig& config)
      : most_(config.MaybeNumber("max_value")),
        slope_(AtLeast0(config, "negative_slope", 0)),
        threshold_(AtLeast0(config, "threshold", 0)) {
    if (most_ && !(*most_ >= 0)) config.Fail("max_value", kNotNegative);
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    if (slope_ == 0 && threshold_ == 0) {
      context.set_output(!most_          ? Unary("Relu", x)
                         : *most_ == 6.0 ? Unary("Relu6", x)
                                         : Clip(x, 0, static_cast<float>(*most_)));
      return;
    }
    Operand y = threshold_ == 0 ? LeakyReluOf(x, slope_) : AboveThreshold(x);
    if (most_) y = Binary("Minimum", y, NumberLike(y, static_cast<float>(*most_)));
    context.set_output(y);
  }

 private:
  static constexpr std::string_view kNotNegative = "a number that is not negative";

  static float AtLeast0(LayerConfig& config, std::string_view key, double fallback) {
    const double value = config.Number(key, fallback);
    if (!(value >= 0)) config.Fail(key, kNotNegative);
    return static_cast<float>(value);
  }

  Operand AboveThreshold(Operand x) const {
    const Operand below = slope_ == 0 ? NumberLike(x, 0) : slope_ * (x - threshold_);
    return Select(Binary("Greater", x, NumberLike(x, threshold_)), x, below);
  }

  std::optional<double> most_;
  float slope_;
  float threshold_;
};

// An activation with one number.
class OneNumberActivation : public Layer {
 public:
  using Function = Operand (*)(const Operand& x, float number);

  OneNumberActivation(Function function, double number)
      : function_(function), number_(static_cast<float>(number)) {}

  void Call(CallContext& context) override {
    context.set_output(function_(context.input(), number_));
  }

 private:
  Function function_;
  float number_;
};

std::unique_ptr<Layer> MakeElu(LayerConfig& config) {
  return std::make_unique<OneNumberActivation>(EluOf, config.Number("alpha", 1));
}

std::unique_ptr<Layer> MakeLeakyRelu(LayerConfig& config) {
  // The generations have two names for it, and Keras 3 reads both.
  const bool is_alpha = config.generation() == Generation::kKeras2 ? !config.Has("negative_slope")
                                                                   : config.Has("alpha");
  const double slope = config.Number(is_alpha ? "alpha" : "negative_slope", 0.3);
  return std::make_unique<OneNumberActivation>(LeakyReluOf, slope);
}

Operand AboveOr0(const Operand& x, float threshold) {
  return Select(Binary("Greater", x, NumberLike(x, threshold)), x, NumberLike(x, 0));
}

std::unique_ptr<Layer> MakeThresholdedRelu(LayerConfig& config) {
  return std::make_unique<OneNumberActivation>(AboveOr0, config.Number("theta", 1));
}

// He et al., "Delving Deep into Rectifiers", 2015.
class PRelu : public Layer {
 public:
  explicit PRelu(LayerConfig& config)
      : alpha_(config, "alpha", "zeros"), shared_axes_(config.MaybeInts("shared_axes")) {}

  void Build(BuildContext& context) override {
    const int rank = context.shape().rank();
    std::vector<bool> is_shared(static_cast<size_t>(rank), false);
    for (const int64_t axis : shared_axes_.value_or(std::vector<int64_t>())) {
      is_shared[static_cast<size_t>(NormalizeAxis(axis, rank))] = true;
    }
    Shape shape;
    for (int axis = 1; axis < rank; ++axis) {
      shape.Append(is_shared[static_cast<size_t>(axis)] ? 1 : context.dim(axis));
    }
    context.AddWeight("alpha", shape, alpha_);
  }

  void Call(CallContext& context) override {
    context.set_output(Binary("Prelu", context.input(), context.weight(0)));
  }

 private:
  WeightOptions alpha_;
  std::optional<std::vector<int64_t>> shared_axes_;
};

}  // namespace

TFWASM_LAYER kReluLayer = PassingLayer("ReLU", MakeLayer<ReluLayer>);
TFWASM_LAYER kLeakyReluLayer = PassingLayer("LeakyReLU", MakeLeakyRelu);
TFWASM_LAYER kEluLayer = PassingLayer("ELU", MakeElu);
TFWASM_LAYER kPReluLayer = PassingLayer("PReLU", MakeLayer<PRelu>);
TFWASM_LAYER kThresholdedReluLayer = PassingLayer("ThresholdedReLU", MakeThresholdedRelu);
TFWASM_LAYER kSoftmaxLayer = PassingLayer("Softmax", MakeLayer<SoftmaxLayer>);

}  // namespace tfwasm
