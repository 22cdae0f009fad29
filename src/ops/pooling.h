// SPDX-License-Identifier: Apache-2.0
// What the ops that pool images have in common.
#pragma once

#include "kernels/pooling.h"
#include "ops/windows.h"

namespace tfwasm {

// A pooling node with its input's shape and its attributes checked.
struct PoolingNode {
  DataFormat format = DataFormat::kChannelsLast;
  ImageDims input;
  ImageDims output;
  PoolingGeometry geometry;
};

// Throws E_ATTR when a window could cover padding only: it has neither a greatest element nor a
// mean then.
void CheckPoolPadding(const WindowAxis& axis);

PoolingNode ReadPooling(const OpContext& context);

PoolingGeometry MakePoolingGeometry(const ImageDims& input, const Window2d& window);

// Kernels from input 0 to output 0, both NHWC and not empty. `dtype`: float32 or int32.
std::unique_ptr<Kernel> MakeMaxPool(DType dtype, const PoolingGeometry& geometry);
std::unique_ptr<Kernel> MakeAveragePool(const PoolingGeometry& geometry);

}  // namespace tfwasm
