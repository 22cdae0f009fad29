// SPDX-License-Identifier: Apache-2.0
// Common code of the 2D poolings.
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

PoolingNode ReadPooling(const OpContext& context);

PoolingGeometry MakePoolingGeometry(const ImageDims& input, const Window2d& window);

// Kernels from input 0 to output 0, both non-empty and in NHWC layout. `dtype`: float32 or int32.
std::unique_ptr<Kernel> MakeMaxPool(DType dtype, const PoolingGeometry& geometry);
std::unique_ptr<Kernel> MakeAveragePool(const PoolingGeometry& geometry);

}  // namespace tfwasm
