// SPDX-License-Identifier: Apache-2.0
#include "ops/fused_ops.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tfwasm {

namespace {

constexpr int kFirstFusedInput = 2;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

Activation ReadClamp(const AttrMap& attrs) {
  Activation activation{.kind = ActivationKind::kClamp};
  activation.min = attrs.Float("clamp_min", activation.min);
  activation.max = attrs.Float("clamp_max", activation.max);
  if (!(activation.min <= activation.max)) {
    Throw(Code::kAttr, "expected clamp_min <= clamp_max, got ", activation.min, " and ",
          activation.max);
  }
  return activation;
}

Activation ReadLeakyRelu(const AttrMap& attrs) {
  Activation activation{.kind = ActivationKind::kLeakyRelu};
  activation.alpha = attrs.Float("leakyrelu_alpha", 0.2f);
  if (!std::isfinite(activation.alpha)) {
    Throw(Code::kAttr, "leakyrelu_alpha must be finite, got ", activation.alpha);
  }
  return activation;
}

Activation ReadHardSwish(const AttrMap& attrs) {
  Activation activation{.kind = ActivationKind::kHardSwish};
  activation.scale = attrs.Float("hardswish_scale", activation.scale);
  return activation;
}

std::optional<Activation> ReadActivation(const std::string& name, const AttrMap& attrs) {
  if (name == "relu") return Activation{.kind = ActivationKind::kClamp, .min = 0};
  if (name == "relu6") return Activation{.kind = ActivationKind::kClamp, .min = 0, .max = 6};
  if (name == "clamp") return ReadClamp(attrs);
  if (name == "elu") return Activation{.kind = ActivationKind::kElu};
  if (name == "leakyrelu") return ReadLeakyRelu(attrs);
  if (name == "prelu") return Activation{.kind = ActivationKind::kPrelu};
  if (name == "sigmoid") return Activation{.kind = ActivationKind::kSigmoid};
  if (name == "tanh") return Activation{.kind = ActivationKind::kTanh};
  if (name == "hardswish") return ReadHardSwish(attrs);
  return std::nullopt;
}

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
    const std::string name = LowerCase(names[i]);
    if (name == "noop" || name == "linear") continue;
    if (name == "biasadd" && i == 0) {
      fused.bias_input = need_input("BiasAdd");
      continue;
    }
    if (name == "fusedbatchnorm" && i == 0 && with_norm) {
      fused.norm_input = need_input("FusedBatchNorm");
      for (int more = 0; more < 3; ++more) need_input("FusedBatchNorm");
      fused.epsilon = context.attrs().Float("epsilon", 1e-4f);
      continue;
    }
    const auto activation = ReadActivation(name, context.attrs());
    if (!activation || i + 1 < names.size()) {
      Throw(Code::kOp, "'", names[i], "' as fused operation ", i + 1, " of ", names.size(),
            " is not supported");
    }
    fused.activation = *activation;
    if (activation->kind == ActivationKind::kPrelu) fused.slope_input = need_input("Prelu");
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
  if (activation_.kind == ActivationKind::kPrelu) {
    prelu_ = std::make_unique<Prelu>(output, context.shape(slope_input_));
  }
  const bool is_done =
      clamped && activation_.kind == ActivationKind::kClamp && activation_.IsFusable();
  if (is_done) activation_.kind = ActivationKind::kNone;
}

void FusedActivation::Run(const RunContext& context, float* data) const {
  if (prelu_ != nullptr) prelu_->Run(data, context.in<float>(slope_input_), data);
  Activate(activation_, data, count_);
}

}  // namespace tfwasm
