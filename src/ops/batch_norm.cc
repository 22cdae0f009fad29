// SPDX-License-Identifier: Apache-2.0
// Batch normalization with given statistics, for inference.
#include <cmath>
#include <vector>

#include "kernels/scale_channels.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

enum InputIndex { kImages, kScale, kOffset, kMean, kVariance };

int ChannelAxis(const OpContext& context) {
  const int rank = context.shape(kImages).rank();
  const std::string format = context.attrs().LowerString("data_format", "nhwc");
  if (format == "nhwc" || format == "ndhwc") return rank - 1;
  if (format == "nchw" || format == "ncdhw") return 1;
  Throw(Code::kAttr, "'data_format' must be NHWC, NCHW, NDHWC or NCDHW, got '", format, "'");
}

void InferBatchNorm(InferContext& context) {
  for (int i = kImages; i <= kVariance; ++i) {
    context.ExpectDType(i, DType::kFloat32, i == kImages ? "the input" : "each statistic");
  }
  ExpectRankAtLeast(context, kImages, 2, "the input");
  const int64_t channels = context.shape(kImages)[ChannelAxis(context)];
  for (int i = kScale; i <= kVariance; ++i) {
    if (context.shape(i) == Shape{channels}) continue;
    Throw(Code::kShape, "scale, offset, mean and variance must have shape [", channels, "], got ",
          context.shape(i));
  }
  const float epsilon = context.attrs().Float("epsilon", 0.001f);
  if (!(epsilon >= 0)) Throw(Code::kAttr, "'epsilon' must not be negative, got ", epsilon);
  InferLikeInput(context);
}

class BatchNorm : public Kernel {
 public:
  BatchNorm(const AxisSplit& split, float epsilon)
      : split_(split),
        epsilon_(epsilon),
        factors_(static_cast<size_t>(split.size)),
        terms_(static_cast<size_t>(split.size)) {}

  void Run(RunContext& context) override {
    const auto* scale = context.in<float>(kScale);
    const auto* offset = context.in<float>(kOffset);
    const auto* mean = context.in<float>(kMean);
    const auto* variance = context.in<float>(kVariance);
    for (size_t c = 0; c < factors_.size(); ++c) {
      factors_[c] = scale[c] / std::sqrt(variance[c] + epsilon_);
      terms_[c] = offset[c] - mean[c] * factors_[c];
    }
    ScaleChannels(context.in<float>(kImages), split_, factors_.data(), terms_.data(),
                  context.out<float>(0));
  }

 private:
  AxisSplit split_;
  float epsilon_;
  std::vector<float> factors_;
  std::vector<float> terms_;
};

std::unique_ptr<Kernel> PrepareBatchNorm(const KernelContext& context) {
  const AxisSplit split(context.shape(kImages), ChannelAxis(context));
  return std::make_unique<BatchNorm>(split, context.attrs().Float("epsilon", 0.001f));
}

// Computes only the first output, y. The others are for training.
TFWASM_OP kBatchNormOp{.name = "FusedBatchNorm",
                       .aliases = "FusedBatchNormV2,FusedBatchNormV3",
                       .min_inputs = 5,
                       .max_inputs = 5,
                       .output_names = "y",
                       .infer = InferBatchNorm,
                       .kernel = PrepareBatchNorm,
                       .in_place_inputs = 1};

}  // namespace

// For given statistics.
TFWASM_GRADIENT kBatchNormGradient{
    "FusedBatchNorm", [](GradientContext& c) {
      const Shape& shape = c.input().shape();
      const std::string format = c.attrs().LowerString("data_format", "nhwc");
      const int channel = format.starts_with("nc") ? 1 : shape.rank() - 1;
      Shape kept;
      std::vector<int> others;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        kept.Append(axis == channel ? shape[axis] : 1);
        if (axis != channel) others.push_back(axis);
      }
      const auto sum = [&](Operand x) { return Sum(x, others, /*keep_dims=*/false); };
      const Operand scale = c.input(kScale);
      const Operand inverse =
          c.builder().Emit("Rsqrt", {c.input(kVariance) + c.attrs().Float("epsilon", 0.001f)});
      const Operand factor = scale * inverse;
      c.set(kImages, c.dy() * Reshape(factor, kept));
      const Operand total = sum(c.dy());
      c.set(kOffset, total);
      if (c.wants(kMean)) c.set(kMean, -factor * total);
      if (!c.wants(kScale) && !c.wants(kVariance)) return;
      const Operand moment = sum(c.dy() * (c.input() - Reshape(c.input(kMean), kept)));
      c.set(kScale, moment * inverse);
      if (c.wants(kVariance)) c.set(kVariance, -0.5f * (factor * inverse * inverse * moment));
    }};

}  // namespace tfwasm
