// SPDX-License-Identifier: Apache-2.0
#include "ops/sampling.h"

#include <algorithm>

#include "ops/infer.h"

namespace tfwasm {

namespace {

// Beyond this float32 cannot represent every pixel position.
constexpr int64_t kLargestSide = 1 << 24;

}  // namespace

bool ReadIsBilinear(const AttrMap& attrs, std::string_view name, std::string_view fallback) {
  const std::string method = attrs.LowerString(name, fallback);
  if (method == "bilinear") return true;
  if (method == "nearest") return false;
  Throw(Code::kAttr, "'", name, "' must be bilinear or nearest, got '", method, "'");
}

std::optional<ImageSides> SizeOrDefer(InferContext& context, int i, std::string_view what) {
  context.ExpectRank(i, 1, what);
  if (context.shape(i)[0] != 2) {
    Throw(Code::kShape, what, " must be two numbers, got shape ", context.shape(i));
  }
  const auto size = IntsOrDefer(context, i, what);
  if (!size) return std::nullopt;
  for (const int64_t side : *size) {
    if (side < 0) Throw(Code::kShape, what, " must not be negative, got ", side);
    if (side > kLargestSide) Throw(Code::kLimit, what, " of ", side, " is too large");
  }
  return ImageSides{.height = size->front(), .width = size->back()};
}

void CheckSampledImages(const Shape& images) {
  if (images.NumElements() == 0) {
    Throw(Code::kShape, "the images must not be empty, got shape ", images);
  }
  if (std::max(images[1], images[2]) > kLargestSide) {
    Throw(Code::kLimit, "images of ", images[1], "x", images[2], " are too large");
  }
}

const float* FloatImages(const RunContext& run, DType dtype, int64_t count, Tensor& converted) {
  if (dtype == DType::kFloat32) return run.in<float>(0);
  converted = Tensor(DType::kFloat32, {count});
  float* out = converted.mutable_values<float>().data();
  const int32_t* in = run.in<int32_t>(0);
  for (int64_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]);
  return out;
}

SamplingSpec ReadSampling(const KernelContext& context, bool is_bilinear) {
  const Shape& in = context.shape(0);
  const Shape& out = context.output(0).shape;
  return {.batch = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .channels = in[3],
          .out_height = out[1],
          .out_width = out[2],
          .is_bilinear = is_bilinear};
}

}  // namespace tfwasm
