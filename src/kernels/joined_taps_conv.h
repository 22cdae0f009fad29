// SPDX-License-Identifier: Apache-2.0
// Two-dimensional convolution of NHWC images whose windows are wider than one pixel. What a window
// covers of one row lies side by side in memory and is multiplied as one piece, by XNNPACK's matrix
// kernels. Its own operator goes from tap to tap, through a list of pointers to all of them that
// takes memory and time to make.
#pragma once

#include <f32_gemm.h>

#include "kernels/xnn_conv2d.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

class JoinedTapsConv {
 public:
  static bool IsFor(const Conv2dSpec& spec);

  // As XnnConv2d, for a `spec` that this is for.
  JoinedTapsConv(const Conv2dSpec& spec, const float* filter, const float* bias);

  // Convolves. Uses the scratch space.
  void Run(const ImageSize& input, const float* in, float* out) const;

 private:
  class Images;

  void RunRow(const Images& images, int64_t row, float* out) const;

  Conv2dSpec spec_;
  tfwasm_f32_igemm kernel_;
  PackedWeights weights_;
};

}  // namespace tfwasm
