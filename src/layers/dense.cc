// SPDX-License-Identifier: Apache-2.0
#include "layers/activations.h"
#include "layers/layer.h"

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
    Builder& builder = context.builder();
    const Operand x = context.input();
    const int rank = x.shape().rank();
    if (rank < 2) Throw(Code::kShape, "expected at least 2 dimensions, got ", x.shape());
    // One product of two matrices, whatever the rank.
    const int64_t size = x.shape()[rank - 1];
    const Operand rows = rank == 2 ? x : builder.Emit("Reshape", {x, builder.Ints({-1, size})});
    Operand y = builder.Emit("MatMul", {rows, context.weight(0)});
    if (use_bias_) y = builder.Emit("BiasAdd", {y, context.weight(1)});
    y = activation_(y);
    if (rank > 2) {
      const auto middle = x.shape().dims().subspan(1, static_cast<size_t>(rank) - 2);
      std::vector<int64_t> dims(middle.begin(), middle.end());
      dims.push_back(y.shape()[1]);
      y = BatchReshape(y, std::move(dims));
    }
    context.set_output(y);
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
