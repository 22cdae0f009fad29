// SPDX-License-Identifier: Apache-2.0
// What ops that sample pixels of images have in common.
#pragma once

#include <optional>

#include "kernels/image_sampling.h"
#include "ops/op.h"

namespace tfwasm {

struct ImageSides {
  int64_t height = 0;
  int64_t width = 0;
};

// Whether the attribute says "bilinear"; the other choice is "nearest". Throws E_ATTR.
bool ReadIsBilinear(const AttrMap& attrs, std::string_view name, std::string_view fallback);

// The value of input `i`, height and width, or nullopt after Defer(). Throws E_SHAPE or E_DTYPE.
std::optional<ImageSides> SizeOrDefer(InferContext& context, int i, std::string_view what);

// Throws E_SHAPE or E_LIMIT unless there are pixels to sample that float32 can count.
void CheckSampledImages(const Shape& images);

// Input 0 as float32, to which `converted` lends its memory when it is int32.
const float* FloatImages(const RunContext& run, DType dtype, int64_t count, Tensor& converted);

// From the images of input 0 to output 0, both NHWC.
SamplingSpec ReadSampling(const KernelContext& context, bool is_bilinear);

}  // namespace tfwasm
