// SPDX-License-Identifier: Apache-2.0
#include "kernels/depthwise_conv.h"

#include <algorithm>
#include <type_traits>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

using Vector = VectorOf<float>;
constexpr ptrdiff_t kLanes = 4;

// Adjacent windows of the same row, clipped to the image.
struct Windows {
  const float* in;
  const float* filter;
  ptrdiff_t rows, columns;
  // Distances between taps, in the input and in the filter.
  ptrdiff_t in_row, in_column, filter_row, filter_column;
  ptrdiff_t in_pixel, out_pixel;
  float min, max;
};

// kPixels output pixels, kVectors vectors of channels each, from channel `c` on. T: Vector, or
// float for a single channel.
template <typename T, int kPixels, int kVectors>
inline void RunTile(const Windows& windows, ptrdiff_t c, const float* bias, float* out) {
  constexpr ptrdiff_t kSize = std::is_same_v<T, float> ? 1 : kLanes;
  T sums[kPixels][kVectors];
#pragma clang loop unroll(full)
  for (int v = 0; v < kVectors; ++v) {
    const T start = bias == nullptr ? T{} : Load<T>(bias + c + v * kSize);
#pragma clang loop unroll(full)
    for (int p = 0; p < kPixels; ++p) sums[p][v] = start;
  }
  const float* in_row = windows.in + c;
  const float* filter_row = windows.filter + c;
  for (ptrdiff_t y = windows.rows; y > 0; --y) {
    const float* in = in_row;
    const float* filter = filter_row;
    for (ptrdiff_t x = windows.columns; x > 0; --x) {
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v) {
        const T factor = Load<T>(filter + v * kSize);
#pragma clang loop unroll(full)
        for (int p = 0; p < kPixels; ++p) {
          sums[p][v] =
              MultiplyAdd(Load<T>(in + p * windows.in_pixel + v * kSize), factor, sums[p][v]);
        }
      }
      in += windows.in_column;
      filter += windows.filter_column;
    }
    in_row += windows.in_row;
    filter_row += windows.filter_row;
  }
  const T low = T{} + windows.min;
  const T high = T{} + windows.max;
#pragma clang loop unroll(full)
  for (int p = 0; p < kPixels; ++p) {
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) {
      const T above = sums[p][v] < low ? low : sums[p][v];
      Store(above > high ? high : above, out + c + p * windows.out_pixel + v * kSize);
    }
  }
}

template <int kPixels>
void RunPixels(const Windows& windows, ptrdiff_t channels, const float* bias, float* out) {
  constexpr int kVectors = 2;
  constexpr ptrdiff_t kBlock = kVectors * kLanes;
  if (channels < kBlock) {
    for (ptrdiff_t c = 0; c < channels; ++c) {
      RunTile<float, kPixels, 1>(windows, c, bias, out);
    }
    return;
  }
  // The last block may overlap the previous one.
  for (ptrdiff_t c = 0; c < channels; c += kBlock) {
    RunTile<Vector, kPixels, kVectors>(windows, std::min(c, channels - kBlock), bias, out);
  }
}

}  // namespace

struct DepthwiseConv::Row {
  const float* image;
  const float* filter;
  const float* bias;
  float* out;
  ptrdiff_t y;
};

DepthwiseConv::Axis::Axis(const WindowAxis& window, int64_t in_size)
    : input(static_cast<ptrdiff_t>(in_size)),
      size(static_cast<ptrdiff_t>(window.size)),
      stride(static_cast<ptrdiff_t>(window.stride)),
      dilation(static_cast<ptrdiff_t>(window.dilation)) {
  const AxisGeometry geometry = ResolveAxis(window, in_size);
  output = static_cast<ptrdiff_t>(geometry.output);
  before = static_cast<ptrdiff_t>(geometry.before);
}

DepthwiseConv::Part::Part(const Axis& axis, ptrdiff_t output) {
  const ptrdiff_t first = output * axis.stride - axis.before;
  begin = first < 0 ? (axis.dilation - 1 - first) / axis.dilation : 0;
  begin = std::min(begin, axis.size);
  start = first + begin * axis.dilation;
  const ptrdiff_t room = std::max<ptrdiff_t>(0, axis.input - start);
  count = std::min(axis.size - begin, (room + axis.dilation - 1) / axis.dilation);
}

DepthwiseConv::DepthwiseConv(const Conv2dSpec& spec, const ImageSize& input, int64_t channels)
    : height_(spec.window.height, input.height),
      width_(spec.window.width, input.width),
      batch_(static_cast<ptrdiff_t>(input.batch)),
      channels_(static_cast<ptrdiff_t>(channels)),
      min_(spec.activation.IsFusable() ? spec.activation.min : Activation().min),
      max_(spec.activation.IsFusable() ? spec.activation.max : Activation().max) {}

void DepthwiseConv::RunRow(const Row& row) const {
  const Part rows(height_, row.y);
  for (ptrdiff_t x = 0; x < width_.output;) {
    const Part columns(width_, x);
    Windows windows{.in = row.image, .filter = row.filter};
    windows.rows = columns.count == 0 ? 0 : rows.count;
    windows.columns = columns.count;
    if (windows.rows > 0) {
      windows.in += (rows.start * width_.input + columns.start) * channels_;
      windows.filter += (rows.begin * width_.size + columns.begin) * channels_;
    }
    windows.in_row = height_.dilation * width_.input * channels_;
    windows.in_column = width_.dilation * channels_;
    windows.filter_row = width_.size * channels_;
    windows.filter_column = channels_;
    windows.in_pixel = width_.stride * channels_;
    windows.out_pixel = channels_;
    windows.min = min_;
    windows.max = max_;
    float* out = row.out + x * channels_;
    constexpr int kPixels = 2;
    const bool is_inside =
        x + kPixels <= width_.output && columns.count == width_.size &&
        columns.start + (kPixels - 1) * width_.stride + (width_.size - 1) * width_.dilation <
            width_.input;
    if (is_inside) {
      RunPixels<kPixels>(windows, channels_, row.bias, out);
      x += kPixels;
    } else {
      RunPixels<1>(windows, channels_, row.bias, out);
      ++x;
    }
  }
}

void DepthwiseConv::Run(const float* in, const float* filter, const float* bias, float* out) const {
  const double work = static_cast<double>(width_.output * channels_) *
                      static_cast<double>(height_.size * width_.size);
  ParallelFor(batch_ * height_.output, work, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<ptrdiff_t>(begin); i < static_cast<ptrdiff_t>(end); ++i) {
      const ptrdiff_t image = i / height_.output;
      RunRow({.image = in + image * height_.input * width_.input * channels_,
              .filter = filter,
              .bias = bias,
              .out = out + i * width_.output * channels_,
              .y = i % height_.output});
    }
  });
}

void RepeatChannels(const float* in, int64_t count, int64_t times, float* out) {
  ParallelFor(count, static_cast<double>(times), [&](int64_t begin, int64_t end) {
    if (times == 2) {
      for (int64_t i = begin; i < end; ++i) out[2 * i] = out[2 * i + 1] = in[i];
      return;
    }
    float* to = out + begin * times;
    for (int64_t i = begin; i < end; ++i) {
#pragma clang loop vectorize(disable)
      for (int64_t k = times; k > 0; --k) *to++ = in[i];
    }
  });
}

}  // namespace tfwasm
