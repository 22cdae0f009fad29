// SPDX-License-Identifier: Apache-2.0
#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/projection.h"

namespace tfwasm {

namespace {

// y = activation(x W + b) along the last axis.
class Dense : public Layer {
 public:
  explicit Dense(LayerConfig& config)
      : units_(config.Int("units")),
        activation_(config, "activation"),
        use_bias_(config.Bool("use_bias", true)),
        kernel_(config, "kernel", "glorot_uniform"),
        bias_(config, "bias", "zeros") {
    if (units_ < 1) config.Fail("units", "a positive integer");
  }

  void Build(BuildContext& context) override {
    context.AddWeight("kernel", {context.dim(-1), units_}, kernel_);
    if (use_bias_) context.AddWeight("bias", {units_}, bias_);
  }

  void Call(CallContext& context) override {
    const Operand bias = use_bias_ ? context.weight(1) : Operand();
    context.set_output(Project(context.input(), context.weight(0), bias, 1, activation_));
  }

 private:
  int64_t units_;
  LayerActivation activation_;
  bool use_bias_;
  WeightOptions kernel_;
  WeightOptions bias_;
};

class ActivationLayer : public Layer {
 public:
  explicit ActivationLayer(LayerConfig& config) : activation_(config, "activation") {}
  void Call(CallContext& context) override { context.set_output(activation_(context.input())); }

 private:
  LayerActivation activation_;
};

}  // namespace

TFWASM_LAYER kDense{.name = "Dense", .make = MakeLayer<Dense>, .mask = MaskRule::kPass};
TFWASM_LAYER kActivation{
    .name = "Activation", .make = MakeLayer<ActivationLayer>, .mask = MaskRule::kPass};

}  // namespace tfwasm
