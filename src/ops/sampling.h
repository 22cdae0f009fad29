// SPDX-License-Identifier: Apache-2.0
// Common code of ops that sample images.
#pragma once

#include <optional>

#include "kernels/image_sampling.h"
#include "ops/op.h"

namespace tfwasm {

struct ImageSides {
  int64_t height = 0;
  int64_t width = 0;
};

// True for "bilinear", false for "nearest". Throws E_ATTR for other values.
bool ReadIsBilinear(const AttrMap& attrs, std::string_view name, std::string_view fallback);

// The height and width in input `i`, or nullopt after Defer(). Throws E_SHAPE or E_DTYPE.
std::optional<ImageSides> SizeOrDefer(InferContext& context, int i, std::string_view what);

// Throws E_SHAPE for empty images, E_LIMIT if float32 cannot represent every pixel position.
void CheckSampledImages(const Shape& images);

// Input 0 as float32. An int32 input is converted into `converted`.
const float* FloatImages(const RunContext& run, DType dtype, int64_t count, Tensor& converted);

// The spec for sampling input 0 into output 0, both NHWC.
SamplingSpec ReadSampling(const KernelContext& context, bool is_bilinear);

}  // namespace tfwasm
