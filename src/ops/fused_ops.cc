// SPDX-License-Identifier: Apache-2.0
#include "ops/fused_ops.h"

#include "core/ascii.h"
#include "ops/elementwise/activations.h"

namespace tfwasm {

namespace {

constexpr int kFirstFusedInput = 2;

void CheckNorm(const OpContext& context, const FusedOps& fused, int64_t channels) {
  for (int i = fused.norm_input; i < fused.norm_input + 4; ++i) {
    context.ExpectDType(i, DType::kFloat32, "each statistic");
    if (context.shape(i) == Shape{channels}) continue;
    Throw(Code::kShape, "scale, offset, mean and variance must have shape [", channels, "], got ",
          context.shape(i));
  }
  if (!(fused.epsilon >= 0)) {
    Throw(Code::kAttr, "'epsilon' must not be negative, got ", fused.epsilon);
  }
}

void CheckBias(const OpContext& context, int i, int64_t channels) {
  context.ExpectDType(i, DType::kFloat32, "the bias");
  const Shape& shape = context.shape(i);
  const bool fits = shape.rank() > 0 && shape[shape.rank() - 1] == channels;
  if (!fits || shape.NumElements() != channels) {
    Throw(Code::kShape, "the bias must have shape [", channels, "], got ", shape);
  }
}

// A shape that broadcasts to NCHW.
struct NchwShape {
  explicit NchwShape(const Shape& shape)
      : batch(shape.Product(0, std::max(0, shape.rank() - 3))),
        channels(shape.rank() > 2 ? shape[shape.rank() - 3] : 1),
        height(shape[shape.rank() - 2]),
        width(shape[shape.rank() - 1]) {}

  Shape nhwc() const { return {batch, height, width, channels}; }
  Transposer ToNhwc() const {
    return {DType::kFloat32, {batch, channels, height * width}, {0, 2, 1}};
  }

  int64_t batch, channels, height, width;
};

}  // namespace

FusedOps ReadFusedOps(const OpContext& context, int64_t channels, bool with_norm) {
  FusedOps fused;
  int next_input = kFirstFusedInput;
  const auto need_input = [&](std::string_view what) {
    if (next_input >= context.num_inputs()) {
      Throw(Code::kEdge, "expected an input for the fused ", what, ", got ", context.num_inputs(),
            " inputs");
    }
    return next_input++;
  };
  std::vector<std::string> names = context.attrs().Strings("fused_ops");
  std::erase(names, "");
  for (size_t i = 0; i < names.size(); ++i) {
    const auto is = [&](std::string_view name) { return EqualsIgnoringCase(names[i], name); };
    if (is("NoOp") || is("Linear")) continue;
    if (is("BiasAdd") && i == 0) {
      fused.bias_input = need_input("BiasAdd");
      continue;
    }
    if (is("FusedBatchNorm") && i == 0 && with_norm) {
      fused.norm_input = need_input("FusedBatchNorm");
      for (int more = 0; more < 3; ++more) need_input("FusedBatchNorm");
      fused.epsilon = context.attrs().Float("epsilon", 1e-4f);
      continue;
    }
    const FusableActivation* activation = FindActivation(names[i]);
    if (activation == nullptr || i + 1 < names.size()) {
      Throw(Code::kOp, "'", names[i], "' as fused operation ", i + 1, " of ", names.size(),
            " is not supported");
    }
    if (activation->make != nullptr) {
      fused.activation = activation->make(context.attrs());
    } else {
      fused.slope_input = need_input(activation->op);
    }
  }
  if (next_input != context.num_inputs()) {
    Throw(Code::kEdge, "expected ", next_input, " inputs for these fused operations, got ",
          context.num_inputs());
  }
  if (fused.norm_input >= 0) CheckNorm(context, fused, channels);
  if (fused.bias_input >= 0) CheckBias(context, fused.bias_input, channels);
  if (fused.slope_input >= 0) {
    context.ExpectDType(fused.slope_input, DType::kFloat32, "the slope of Prelu");
  }
  return fused;
}

FusedActivation::FusedActivation(const OpContext& context, const FusedOps& fused,
                                 const Shape& output, bool clamped)
    : slope_input_(fused.slope_input), activation_(fused.activation), count_(output.NumElements()) {
  if (slope_input_ >= 0) {
    Shape slopes = context.shape(slope_input_);
    // One slope per channel, rank 1, is the same in both formats.
    if (fused.has_nchw_slopes && slopes.rank() > 1) {
      const NchwShape nchw(slopes);
      transpose_slopes_ = nchw.ToNhwc();
      num_slopes_ = slopes.NumElements();
      slopes = nchw.nhwc();
    }
    prelu_ = std::make_unique<Prelu>(output, slopes);
  }
  if (clamped && activation_.IsClamp() && activation_.IsFusable()) activation_ = {};
}

void FusedActivation::Run(const RunContext& context, float* data) const {
  if (transpose_slopes_) {
    Tensor slopes(DType::kFloat32, {num_slopes_});
    auto* values = slopes.mutable_values<float>().data();
    transpose_slopes_->Run(context.in(slope_input_), values);
    prelu_->Run(data, values, data);
  } else if (prelu_ != nullptr) {
    prelu_->Run(data, context.in<float>(slope_input_), data);
  }
  if (activation_.loop != nullptr) Activate(activation_, data, data, count_);
}

}  // namespace tfwasm
