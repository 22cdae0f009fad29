// SPDX-License-Identifier: Apache-2.0
// Ioffe and Szegedy, "Batch Normalization", 2015; Ioffe, "Batch Renormalization", 2017. What
// differs between Keras 2 and 3: tf_keras/layers/normalization and keras/src/layers/normalization.
#include <cmath>
#include <optional>

#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/normalization.h"

namespace tfwasm {

namespace {

Moments MaskedMoments(Operand x, Operand mask, const std::vector<int>& axes) {
  const Operand weights = Cast(ExpandMask(mask, x.shape().rank()), x.dtype());
  const auto mean_of = [&](Operand y) { return Sum(weights * y, axes, /*keep_dims=*/true); };
  const Operand count = mean_of(Unary("OnesLike", x)) + 1e-7f;
  const Operand mean = mean_of(x) / count;
  const Operand difference = x - mean;
  return {mean, mean_of(difference * difference) / count};
}

// The arguments of batch renormalization.
struct Renormalization {
  explicit Renormalization(LayerConfig& config)
      : momentum(static_cast<float>(config.Number("renorm_momentum", 0.99))),
        clipping(config.Value("renorm_clipping")) {}

  Operand Clip(const char* op, Operand x, const char* bound, float sign = 1) const {
    const JsonValue* found = FindMember(clipping, bound);
    if (found == nullptr || !found->is_number()) return x;
    return Binary(op, x, NumberLike(x, sign * found->get<float>()));
  }

  float momentum;
  JsonValue clipping;  // null, or an object with rmin, rmax and dmax
};

class BatchNormalization : public Layer {
 public:
  explicit BatchNormalization(LayerConfig& config)
      : generation_(config.generation()),
        axes_(AxesOf(config, "axis", -1)),
        momentum_(static_cast<float>(config.Number("momentum", 0.99))),
        epsilon_(EpsilonOf(config, 1e-3)),
        affine_(config),
        mean_initializer_(config.Value("moving_mean_initializer", "zeros")),
        variance_initializer_(config.Value("moving_variance_initializer", "ones")) {
    if (axes_.empty()) config.Fail("axis", "at least one axis");
    // What only some versions write.
    if (config.Has("fused")) may_fuse_ = config.Bool("fused", true);
    if (config.Has("synchronized")) config.Bool("synchronized", false);
    if (config.Has("virtual_batch_size")) virtual_batch_size_ = config.Int("virtual_batch_size");
    if (config.Has("renorm") && config.Bool("renorm", false)) renorm_.emplace(config);
  }

  void Build(BuildContext& context) override {
    const std::vector<int> axes = NormalizeAxes(axes_, context.shape().rank());
    Shape shape = KeepAxes(context.shape(), axes);
    for (const int axis : axes) shape[axis] = context.dim(axis);
    if (axes.size() == 1) shape = {shape[axes[0]]};
    affine_.Build(context, shape);
    const auto add = [&](const char* name, const JsonValue& initializer) {
      context.AddWeight({.name = name,
                         .tensor = {DType::kFloat32, shape},
                         .trainable = false,
                         .initializer = initializer});
    };
    add("moving_mean", mean_initializer_);
    add("moving_variance", variance_initializer_);
    if (!renorm_) return;
    // The roots of variances: the same, for variances of 1.
    add("moving_stddev", variance_initializer_);
    add("renorm_mean", mean_initializer_);
    add("renorm_stddev", variance_initializer_);
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const std::vector<int> axes = NormalizeAxes(axes_, x.shape().rank());
    Operand gamma = affine_.gamma(context);
    Operand beta = affine_.beta(context);
    const int first = affine_.num_weights();
    Moments moments{context.weight(first), context.weight(first + 1)};
    if (context.training()) {
      if (virtual_batch_size_ != 0) {
        Throw(Code::kLayer, "training with virtual_batch_size is not supported");
      }
      if (IsOneOp(context, axes))
        return context.set_output(TrainInOneOp(context, gamma, beta, axes));
      moments = BatchMoments(context, axes);
      UpdateStatistics(context, moments, axes);
      if (renorm_) Renormalize(context, moments, gamma, beta);
    }
    context.set_output(Normalize(x, moments, gamma, beta, axes));
  }

 private:
  // Whether Keras uses a kernel that ignores masks, and corrects the variance.
  bool IsFused(int rank, const std::vector<int>& axes) const {
    return generation_ == Generation::kKeras2 && may_fuse_ && !renorm_ &&
           (rank == 4 || rank == 5) && HasOneKernel(axes, rank);
  }

  Operand MaskOf(const CallContext& context, const std::vector<int>& axes) const {
    return IsFused(context.input().shape().rank(), axes) ? Operand() : context.mask();
  }

  bool IsOneOp(const CallContext& context, const std::vector<int>& axes) const {
    const int rank = context.input().shape().rank();
    return !renorm_ && HasOneKernel(axes, rank) && axes[0] == rank - 1 &&
           MaskOf(context, axes).empty();
  }

  Operand TrainInOneOp(CallContext& context, Operand gamma, Operand beta,
                       const std::vector<int>& axes) const {
    const Operand x = context.input();
    FillMissing(x.builder(), context.weight(affine_.num_weights()), gamma, beta);
    const std::vector<Operand> outputs =
        x.builder().EmitAll("_TrainBatchNorm", {x, gamma, beta}, {{"epsilon", epsilon_}});
    UpdateStatistics(context, {outputs[1], outputs[2]}, axes);
    return outputs[0];
  }

  // Of the batch, with the shape of the weights.
  Moments BatchMoments(CallContext& context, const std::vector<int>& axes) const {
    const Operand x = context.input();
    const std::vector<int> others = OtherAxes(axes, x.shape().rank());
    const Operand mask = MaskOf(context, axes);
    const Moments moments = mask.empty() ? MomentsOf(x, others) : MaskedMoments(x, mask, others);
    const Shape& shape = context.weight(affine_.num_weights()).shape();
    return {Reshape(moments.mean, shape), Reshape(moments.variance, shape)};
  }

  // Moves those of inference toward those of the batch.
  void UpdateStatistics(CallContext& context, const Moments& moments,
                        const std::vector<int>& axes) const {
    const Operand x = context.input();
    const int first = affine_.num_weights();
    Update(context, first, moments.mean, momentum_);
    if (renorm_) return;
    Operand variance = moments.variance;
    if (IsFused(x.shape().rank(), axes)) {
      const Operand count =
          Cast(Unary("Size", x), x.dtype()) / static_cast<float>(variance.shape().NumElements());
      variance = variance * (count / Binary("Maximum", count - 1.0f, NumberLike(count, 1)));
    }
    Update(context, first + 1, variance, momentum_);
  }

  static void FillMissing(Builder& builder, const Operand& like, Operand& gamma, Operand& beta) {
    if (gamma.empty()) gamma = Fill(builder, like.dtype(), like.shape(), 1);
    if (beta.empty()) beta = Fill(builder, like.dtype(), like.shape(), 0);
  }

  // Moves the statistics of inference toward those of the batch, and corrects gamma and beta so
  // that the result is closer to that of inference.
  void Renormalize(CallContext& context, const Moments& batch, Operand& gamma,
                   Operand& beta) const {
    const int first = affine_.num_weights();
    const Operand deviation = Unary("Sqrt", batch.variance + epsilon_);
    const Operand mean = context.weight(first + 3);
    const Operand least = NumberLike(deviation, std::sqrt(epsilon_));
    const Operand divisor = Binary("Maximum", context.weight(first + 4), least);
    Operand factor = renorm_->Clip("Maximum", deviation / divisor, "rmin");
    factor = Unary("StopGradient", renorm_->Clip("Minimum", factor, "rmax"));
    Operand term = renorm_->Clip("Maximum", (batch.mean - mean) / divisor, "dmax", -1);
    term = Unary("StopGradient", renorm_->Clip("Minimum", term, "dmax"));
    const Operand moving = Update(context, first + 2, deviation, momentum_);
    context.Update(first + 1, Unary("Relu", moving * moving - epsilon_));
    Update(context, first + 3, batch.mean, renorm_->momentum);
    Update(context, first + 4, deviation, renorm_->momentum);
    if (!gamma.empty()) {
      factor = factor * gamma;
      term = term * gamma;
    }
    gamma = factor;
    beta = beta.empty() ? term : term + beta;
  }

  static Operand Update(CallContext& context, int weight, Operand value, float momentum) {
    const Operand updated = context.weight(weight) * momentum + value * (1 - momentum);
    context.Update(weight, updated);
    return updated;
  }

  static bool HasOneKernel(const std::vector<int>& axes, int rank) {
    return axes.size() == 1 && rank > 1 && (axes[0] == 1 || axes[0] == rank - 1);
  }

  Operand Normalize(Operand x, const Moments& moments, Operand gamma, Operand beta,
                    const std::vector<int>& axes) const {
    Builder& builder = x.builder();
    FillMissing(builder, moments.mean, gamma, beta);
    if (HasOneKernel(axes, x.shape().rank())) {
      const std::string_view format = axes[0] == x.shape().rank() - 1 ? "NHWC" : "NCHW";
      return builder.Emit("FusedBatchNormV3", {x, gamma, beta, moments.mean, moments.variance},
                          {{"epsilon", epsilon_}, {"data_format", format}});
    }
    const Operand factor = gamma * Unary("Rsqrt", moments.variance + epsilon_);
    return (x - Along(moments.mean, x, axes)) * Along(factor, x, axes) + Along(beta, x, axes);
  }

  Generation generation_;
  std::vector<int64_t> axes_;
  float momentum_;
  float epsilon_;
  Affine affine_;
  JsonValue mean_initializer_;
  JsonValue variance_initializer_;
  bool may_fuse_ = true;
  int64_t virtual_batch_size_ = 0;
  std::optional<Renormalization> renorm_;
};

}  // namespace

TFWASM_LAYER kBatchNormalization{
    .name = "BatchNormalization",
    .aliases = "BatchNormalizationV1,BatchNormalizationV2,SyncBatchNormalization",
    .make = MakeLayer<BatchNormalization>,
    .mask = MaskRule::kPass};

}  // namespace tfwasm
