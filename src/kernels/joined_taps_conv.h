// SPDX-License-Identifier: Apache-2.0
// Convolution of NHWC images with windows wider than one pixel, by XNNPACK's GEMM kernels. The taps
// in one row of a window are contiguous in memory, so each row is one long tap. XNNPACK's own
// operator needs an indirection buffer with a pointer for every tap of every output pixel, which
// takes memory and time to build.
#pragma once

#include <f32_gemm.h>

#include "kernels/xnn_conv2d.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

class JoinedTapsConv {
 public:
  static bool IsFor(const Conv2dSpec& spec);

  // Like XnnConv2d. IsFor(spec) must be true.
  JoinedTapsConv(const Conv2dSpec& spec, const float* filter, const float* bias);

  // Uses the scratch space.
  void Run(const ImageSize& input, const float* in, float* out) const;

 private:
  class Images;

  void RunRow(const Images& images, int64_t row, float* out) const;

  Conv2dSpec spec_;
  tfwasm_f32_igemm kernel_;
  PackedWeights weights_;
};

}  // namespace tfwasm
