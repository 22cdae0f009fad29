// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.h"

#include <cstring>
#include <limits>
#include <type_traits>

namespace tfwasm {

namespace {

template <typename T>
using VectorOf [[gnu::vector_size(16)]] = T;

// Vectors in memory need not be aligned.
template <typename V>
V Load(const void* from) {
  V value;
  std::memcpy(&value, from, sizeof(V));
  return value;
}

// What a pooling does; V: a single element or a vector of them.

template <typename T>
struct Max {
  using Element = T;
  static constexpr T kIdentity = std::numeric_limits<T>::has_infinity
                                     ? -std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::lowest();
  template <typename V>
  static V Step(V a, V b) {
    return a < b ? b : a;
  }
  template <typename V>
  static V Finish(V max, T) {
    return max;
  }
};

struct Mean {
  using Element = float;
  static constexpr float kIdentity = 0;
  template <typename V>
  static V Step(V a, V b) {
    return a + b;
  }
  template <typename V>
  static V Finish(V sum, float count) {
    return sum / count;
  }
};

// A window as far as it lies within the image. Distances are in elements.
template <typename T>
struct Window {
  const T* in;
  ptrdiff_t rows, columns;
  ptrdiff_t row_step, column_step;
};

// The results for kVectors vectors of channels. Rows are added up each for itself, which keeps the
// error of means over large windows small.
template <typename Op, typename V, int kVectors>
void RunTile(const Window<typename Op::Element>& window, ptrdiff_t c, typename Op::Element* out) {
  using T = typename Op::Element;
  constexpr ptrdiff_t kLanes = std::is_same_v<V, T> ? 1 : 16 / sizeof(T);
  V totals[kVectors];
#pragma clang loop unroll(full)
  for (V& total : totals) total = V{} + Op::kIdentity;
  const T* row = window.in + c;
  for (ptrdiff_t y = window.rows; y > 0; --y, row += window.row_step) {
    V partial[kVectors];
#pragma clang loop unroll(full)
    for (V& value : partial) value = V{} + Op::kIdentity;
    const T* in = row;
    for (ptrdiff_t x = window.columns; x > 0; --x, in += window.column_step) {
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v) {
        partial[v] = Op::Step(partial[v], Load<V>(in + v * kLanes));
      }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) totals[v] = Op::Step(totals[v], partial[v]);
  }
  const auto count = static_cast<T>(window.rows * window.columns);
#pragma clang loop unroll(full)
  for (int v = 0; v < kVectors; ++v) {
    const V result = Op::Finish(totals[v], count);
    std::memcpy(out + c + v * kLanes, &result, sizeof(V));
  }
}

// All channels. The last vector may overlap the one before.
template <typename Op>
void RunWindow(const Window<typename Op::Element>& window, ptrdiff_t channels,
               typename Op::Element* out) {
  using T = typename Op::Element;
  constexpr ptrdiff_t kWide = 16;
  constexpr ptrdiff_t kNarrow = 4;
  ptrdiff_t c = 0;
  if (channels < kNarrow) {
    for (; c < channels; ++c) RunTile<Op, T, 1>(window, c, out);
    return;
  }
  for (; c + kWide <= channels; c += kWide) {
    RunTile<Op, VectorOf<T>, kWide / kNarrow>(window, c, out);
  }
  for (; c < channels; c += kNarrow) {
    RunTile<Op, VectorOf<T>, 1>(window, std::min(c, channels - kNarrow), out);
  }
}

template <typename Op>
void Pool(const PoolingGeometry& pool, const typename Op::Element* in, typename Op::Element* out) {
  const auto channels = static_cast<ptrdiff_t>(pool.channels);
  const ptrdiff_t row_size = static_cast<ptrdiff_t>(pool.in_width) * channels;
  ForEachWindow(pool, [=, &pool](int64_t batch, int64_t y, int64_t x, int64_t out_pixel) {
    const WindowRange rows(pool.window.height, pool.height, y, pool.in_height);
    const WindowRange columns(pool.window.width, pool.width, x, pool.in_width);
    const int64_t first = (batch * pool.in_height + rows.begin) * pool.in_width + columns.begin;
    RunWindow<Op>({.in = in + first * channels,
                   .rows = static_cast<ptrdiff_t>(rows.end - rows.begin),
                   .columns = static_cast<ptrdiff_t>(columns.end - columns.begin),
                   .row_step = row_size,
                   .column_step = channels},
                  channels, out + out_pixel * channels);
  });
}

}  // namespace

void MaxPool(const PoolingGeometry& pool, const float* in, float* out) {
  Pool<Max<float>>(pool, in, out);
}

void MaxPool(const PoolingGeometry& pool, const int32_t* in, int32_t* out) {
  Pool<Max<int32_t>>(pool, in, out);
}

void AveragePool(const PoolingGeometry& pool, const float* in, float* out) {
  Pool<Mean>(pool, in, out);
}

}  // namespace tfwasm
