// SPDX-License-Identifier: Apache-2.0
// Pooling of NHWC images.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/conv_geometry.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

struct PoolingGeometry {
  int64_t batch = 0;
  int64_t in_height = 0;
  int64_t in_width = 0;
  int64_t channels = 0;
  Window2d window;
  AxisGeometry height;
  AxisGeometry width;
};

// The input positions [begin, end) of the window at `output`, without padding. begin == end if it
// has only padding.
struct WindowRange {
  WindowRange(const WindowAxis& axis, const AxisGeometry& geometry, int64_t output, int64_t input) {
    const int64_t start = output * axis.stride - geometry.before;
    begin = std::clamp<int64_t>(start, 0, input);
    end = std::clamp<int64_t>(start + axis.size, begin, input);
  }

  int64_t begin;
  int64_t end;
};

// Calls fn(batch, y, first output pixel) for each output row. Pixels are numbered through batch,
// row and column.
template <typename F>
void ForEachOutputRow(const PoolingGeometry& pool, const F& fn) {
  const auto window = static_cast<double>(pool.window.height.size * pool.window.width.size);
  const double work = static_cast<double>(pool.width.output * pool.channels) * window;
  ParallelFor(pool.batch * pool.height.output, work, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t batch = row / pool.height.output;
      fn(batch, row - batch * pool.height.output, row * pool.width.output);
    }
  });
}

// Calls fn(batch, y, x, output pixel) for each pixel of the output.
template <typename F>
void ForEachWindow(const PoolingGeometry& pool, const F& fn) {
  ForEachOutputRow(pool, [&](int64_t batch, int64_t y, int64_t out_pixel) {
    for (int64_t x = 0; x < pool.width.output; ++x) fn(batch, y, x, out_pixel + x);
  });
}

// Padding is ignored. Windows that have only padding give the least number and the mean 0.

// The maximum of each window. Ignores NaN.
void MaxPool(const PoolingGeometry& pool, const float* in, float* out);
void MaxPool(const PoolingGeometry& pool, const int32_t* in, int32_t* out);
// The mean of each window.
void AveragePool(const PoolingGeometry& pool, const float* in, float* out);

}  // namespace tfwasm
