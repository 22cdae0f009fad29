// SPDX-License-Identifier: Apache-2.0
// Embedding, and other layers that make masks.
#include "layers/emit.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

class Embedding : public Layer {
 public:
  explicit Embedding(LayerConfig& config)
      : rows_(ReadSize(config, "input_dim")),
        columns_(ReadSize(config, "output_dim")),
        embeddings_(config, "embeddings", "random_uniform"),
        mask_zero_(config.Bool("mask_zero", false)) {
    if (config.generation() == Generation::kKeras2) config.Value("input_length");
  }

  void Build(BuildContext& context) override {
    context.AddWeight("embeddings", {rows_, columns_}, embeddings_);
  }

  void Call(CallContext& context) override {
    const Operand ids = Cast(context.input(), DType::kInt32);
    context.set_output(Gather(context.weight(0), ids, 0));
    if (mask_zero_) context.set_mask(Binary("NotEqual", ids, NumberLike(ids, 0)));
  }

 protected:
  int64_t rows_;
  int64_t columns_;
  WeightOptions embeddings_;

 private:
  bool mask_zero_;
};

// Embeds ids, or with reverse: true computes a logit for each id from vectors.
class ReversibleEmbedding : public Embedding {
 public:
  explicit ReversibleEmbedding(LayerConfig& config)
      : Embedding(config),
        tie_weights_(config.Bool("tie_weights", true)),
        soft_cap_(static_cast<float>(config.MaybeNumber("logit_soft_cap").value_or(0))) {
    config.Value("reverse_dtype");
  }

  void Build(BuildContext& context) override {
    Embedding::Build(context);
    if (!tie_weights_) context.AddWeight("reverse_embeddings", {columns_, rows_}, embeddings_);
  }

  void Call(CallContext& context) override {
    if (!context.Flag("reverse", false)) return Embedding::Call(context);
    const Operand x = context.input();
    Builder& builder = context.builder();
    const Operand rows = builder.Emit("Reshape", {x, builder.Ints({-1, columns_})});
    Operand y = builder.Emit("MatMul", {rows, context.weight(tie_weights_ ? 0 : 1)},
                             {{"transpose_b", tie_weights_}});
    if (soft_cap_ != 0) y = soft_cap_ * Unary("Tanh", y / soft_cap_);
    const auto inner = x.shape().dims().subspan(1);
    std::vector<int64_t> dims(inner.begin(), inner.end());
    dims.back() = rows_;
    context.set_output(BatchReshape(y, std::move(dims)));
  }

 private:
  bool tie_weights_;
  float soft_cap_;
};

// Masks steps whose values are all `mask_value`, and sets them to 0.
class Masking : public Layer {
 public:
  explicit Masking(LayerConfig& config)
      : value_(static_cast<float>(config.Number("mask_value", 0))) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const int last = x.shape().rank() - 1;
    const Operand differs = Binary("NotEqual", x, NumberLike(x, value_));
    const Operand mask = Reduce("Any", differs, {last}, /*keep_dims=*/true);
    context.set_output(x * Cast(mask, x.dtype()));
    const std::vector<int64_t> axes{last};
    context.set_mask(context.builder().Emit("Squeeze", {mask}, {{"squeeze_dims", axes}}));
  }

 private:
  float value_;
};

class IdentityLayer : public Layer {
 public:
  explicit IdentityLayer(LayerConfig& /*config*/) {}
  void Call(CallContext& context) override { context.set_output(context.input()); }
};

}  // namespace

TFWASM_LAYER kEmbedding{.name = "Embedding", .make = MakeLayer<Embedding>, .mask = MaskRule::kOwn};
TFWASM_LAYER kReversibleEmbedding{
    .name = "ReversibleEmbedding", .make = MakeLayer<ReversibleEmbedding>, .mask = MaskRule::kOwn};
TFWASM_LAYER kMasking{.name = "Masking", .make = MakeLayer<Masking>, .mask = MaskRule::kOwn};
TFWASM_LAYER kIdentityLayer{
    .name = "Identity", .make = MakeLayer<IdentityLayer>, .mask = MaskRule::kPass};

}  // namespace tfwasm
