// SPDX-License-Identifier: Apache-2.0
// Pooling of NHWC images by plain loops, for the dtypes and windows that XNNPACK does not take.
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

// The input positions [begin, end) that the window at `output` covers, without padding.
struct WindowRange {
  WindowRange(const WindowAxis& axis, const AxisGeometry& geometry, int64_t output, int64_t input) {
    const int64_t start = output * axis.stride - geometry.before;
    begin = std::max<int64_t>(start, 0);
    end = std::min(start + axis.size, input);
  }

  int64_t begin;
  int64_t end;
};

// Calls fn(batch, y, x, output pixel) for each output pixel, counted through batch, row and column.
template <typename F>
void ForEachWindow(const PoolingGeometry& pool, const F& fn) {
  const auto window = static_cast<double>(pool.window.height.size * pool.window.width.size);
  const double work = static_cast<double>(pool.width.output * pool.channels) * window;
  ParallelFor(pool.batch * pool.height.output, work, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t x = 0; x < pool.width.output; ++x) {
        fn(row / pool.height.output, row % pool.height.output, x, row * pool.width.output + x);
      }
    }
  });
}

// The greatest element of each window. Every window must cover at least one element.
template <typename T>
void MaxPool(const PoolingGeometry& pool, const T* in, T* out) {
  const int64_t channels = pool.channels;
  ForEachWindow(pool, [=, &pool](int64_t batch, int64_t y, int64_t x, int64_t out_pixel) {
    T* result = out + out_pixel * channels;
    const WindowRange rows(pool.window.height, pool.height, y, pool.in_height);
    const WindowRange columns(pool.window.width, pool.width, x, pool.in_width);
    const T* image = in + batch * pool.in_height * pool.in_width * channels;
    std::copy_n(image + (rows.begin * pool.in_width + columns.begin) * channels, channels, result);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      for (int64_t column = columns.begin; column < columns.end; ++column) {
        const T* pixel = image + (row * pool.in_width + column) * channels;
        for (int64_t c = 0; c < channels; ++c) result[c] = std::max(result[c], pixel[c]);
      }
    }
  });
}

}  // namespace tfwasm
