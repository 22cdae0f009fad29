// SPDX-License-Identifier: Apache-2.0
// Windows over NHWC images of which the greatest element counts, beyond plain max pooling.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "kernels/pooling.h"

namespace tfwasm {

// The greatest element of each window, and where it first occurs: (y * width + x) * channels + c,
// counted through the whole batch where wanted. float32 or int32.
struct ArgmaxPool {
  PoolingGeometry pool;
  DType dtype = DType::kFloat32;
  bool is_batch_in_index = false;

  void Run(const void* in, void* values, int32_t* positions) const;
};

// Grayscale dilation: the greatest sum of an element and that of the filter, [height, width,
// channels], over it. float32 or int32; sums of int32 wrap around.
struct Dilation {
  PoolingGeometry pool;
  DType dtype = DType::kFloat32;

  void Run(const void* in, const void* filter, void* out) const;
};

}  // namespace tfwasm
