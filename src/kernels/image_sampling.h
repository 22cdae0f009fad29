// SPDX-License-Identifier: Apache-2.0
// Samples float32 NHWC images at computed positions.
#pragma once

#include <cstdint>

namespace tfwasm {

// Sizes of the input and the output.
struct SamplingSpec {
  int64_t batch = 0;  // of the input
  int64_t in_height = 0;
  int64_t in_width = 0;
  int64_t channels = 0;
  int64_t out_height = 0;
  int64_t out_width = 0;
  bool is_bilinear = true;  // false: nearest neighbour
};

// One output image per box. A box is y1, x1, y2, x2, relative to the size of the image that its
// index selects. Indices must be in range.
struct CropAndResize {
  SamplingSpec spec;
  int64_t num_boxes = 0;
  float extrapolation_value = 0;  // outside of the image

  void Run(const float* images, const float* boxes, const int32_t* indices, float* out) const;
  // dL/dimages and dL/dboxes from dL/dout. With nearest neighbours, boxes have none.
  void ImageGradient(const float* boxes, const int32_t* indices, const float* dy,
                     float* dimages) const;
  void BoxGradient(const float* images, const float* boxes, const int32_t* indices, const float* dy,
                   float* dboxes) const;
  // The gradients of sum(given * dboxes), where dboxes is what BoxGradient computes.
  void BoxGradientGradient(const float* images, const float* boxes, const int32_t* indices,
                           const float* dy, const float* given, float* dimages, float* dboxes,
                           float* ddy) const;
};

// What is read outside of an image.
enum class FillMode { kConstant, kReflect, kWrap, kNearest };

// Output pixel (x, y) is read from ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x +
// c1 y + 1. A transform is a0 a1 a2 b0 b1 b2 c0 c1.
struct ProjectiveTransform {
  SamplingSpec spec;
  FillMode fill_mode = FillMode::kConstant;
  bool is_shared = false;  // one transform for all images

  void Run(const float* images, const float* transforms, float fill_value, float* out) const;
};

// Rotates images about a center.
struct Rotation {
  SamplingSpec spec;  // output sizes are those of the input
  double radians = 0;
  double center_x = 0;  // in pixels
  double center_y = 0;
  // One value per channel, used outside of the image.
  const float* fill = nullptr;

  void Run(const float* in, float* out) const;
};

}  // namespace tfwasm
