// SPDX-License-Identifier: Apache-2.0
// 2D transposed convolution of NHWC images by XNNPACK.
#pragma once

#include <cstdint>

#include "kernels/conv_geometry.h"
#include "kernels/xnn_conv2d.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

struct Deconv2dSpec {
  // Of the convolution from the output to the input. Explicit padding only.
  Window2d window;
  int64_t groups = 1;
  int64_t group_inputs = 1;   // channels per group
  int64_t group_outputs = 1;  // channels per group
};

// Holds the packed filter; the original may be freed after construction.
class XnnDeconv2d {
 public:
  // `filter` is laid out [height, width, group_outputs, groups * group_inputs].
  XnnDeconv2d(const Deconv2dSpec& spec, const float* filter);

  // The sizes must match the window. No dimension may be zero.
  void Run(const ImageSize& input, const ImageSize& output, const float* in, float* out);

 private:
  double Work(const ImageSize& input) const;
  void Prepare(const ImageSize& input, const ImageSize& output);

  Deconv2dSpec spec_;
  XnnOperator op_;
  ImageSize prepared_input_;
  ImageSize prepared_output_;
  int prepared_threads_ = 0;
};

}  // namespace tfwasm
