// SPDX-License-Identifier: Apache-2.0
// Resizing NHWC images by TensorFlow's rules.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

struct ResizeSpec {
  int64_t batch = 0;
  int64_t in_height = 0;
  int64_t in_width = 0;
  int64_t channels = 0;
  int64_t out_height = 0;
  int64_t out_width = 0;
  // At most one of these may be true.
  bool align_corners = false;
  bool half_pixel_centers = false;

  int64_t in_elements() const { return batch * in_height * in_width * channels; }
  int64_t out_elements() const { return batch * out_height * out_width * channels; }
};

// Bilinear interpolation of float32 images, by XNNPACK. No dimension may be zero.
class XnnResizeBilinear {
 public:
  explicit XnnResizeBilinear(const ResizeSpec& spec);

  // The size of `workspace`, which is aligned like the scratch space.
  size_t workspace_bytes() const { return workspace_bytes_; }
  void Run(const float* in, float* out, void* workspace);

 private:
  XnnOperator op_;
  double work_;
  size_t workspace_bytes_ = 0;
};

void ResizeNearest(const ResizeSpec& spec, DType dtype, const void* in, void* out);

// dL/din of the bilinear resize from dL/dout.
void ResizeBilinearGradient(const ResizeSpec& spec, const float* dy, float* dx);

}  // namespace tfwasm
