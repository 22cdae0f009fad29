// SPDX-License-Identifier: Apache-2.0
// Window maxima over NHWC images, other than plain max pooling.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "kernels/pooling.h"

namespace tfwasm {

// Max pooling with argmax. The argmax is (y * width + x) * channels + c of the first maximum,
// counted through the whole batch if is_batch_in_index. The maximum ignores NaN; the argmax of a
// window with only padding is -1. float32 or int32.
struct ArgmaxPool {
  PoolingGeometry pool;
  DType dtype = DType::kFloat32;
  bool is_batch_in_index = false;

  void Run(const void* in, void* values, int32_t* positions) const;
};

// Grayscale dilation: the maximum of input plus filter, [height, width, channels], over the window.
// float32 or int32; int32 sums wrap around.
struct Dilation {
  PoolingGeometry pool;
  DType dtype = DType::kFloat32;

  void Run(const void* in, const void* filter, void* out) const;
};

}  // namespace tfwasm
