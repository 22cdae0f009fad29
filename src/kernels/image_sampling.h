// SPDX-License-Identifier: Apache-2.0
// Images made of pixels taken from anywhere in other NHWC images, all of float32.
#pragma once

#include <cstdint>

namespace tfwasm {

// What the result is of and where it goes.
struct SamplingSpec {
  int64_t batch = 0;  // of the input
  int64_t in_height = 0;
  int64_t in_width = 0;
  int64_t channels = 0;
  int64_t out_height = 0;
  int64_t out_width = 0;
  bool is_bilinear = true;  // otherwise the nearest pixel is taken
};

// Out of each box (y1, x1, y2, x2 in [0, 1] of the image that its index names) an image.
// Indices must be in range.
struct CropAndResize {
  SamplingSpec spec;
  int64_t num_boxes = 0;
  float extrapolation_value = 0;  // outside of the image

  void Run(const float* images, const float* boxes, const int32_t* indices, float* out) const;
};

// What lies outside of an image.
enum class FillMode { kConstant, kReflect, kWrap, kNearest };

// Each pixel (x, y) is taken from where a projective transform of 8 numbers a0 a1 a2 b0 b1 b2 c0 c1
// puts it: ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
struct ProjectiveTransform {
  SamplingSpec spec;
  FillMode fill_mode = FillMode::kConstant;
  bool is_shared = false;  // one transform for all images

  void Run(const float* images, const float* transforms, float fill_value, float* out) const;
};

// Turns images about a center.
struct Rotation {
  SamplingSpec spec;  // output sizes are those of the input
  double radians = 0;
  double center_x = 0;  // in pixels
  double center_y = 0;
  // One number a channel for what lies outside.
  const float* fill = nullptr;

  void Run(const float* in, float* out) const;
};

}  // namespace tfwasm
