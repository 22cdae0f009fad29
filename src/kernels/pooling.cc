// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.h"

#include <limits>
#include <type_traits>

#include "kernels/scratch.h"
#include "kernels/simd.h"

namespace tfwasm {

namespace {

// Policies of the poolings. V: a single element or a vector of elements. kIdentity: where a fold
// begins, and the result for no elements.

template <typename T>
struct Max {
  using Element = T;
  static constexpr bool kSumsRows = false;
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

// kIsLarge: sums each row of the window separately, which keeps the rounding error of large windows
// small.
template <bool kIsLarge>
struct Mean {
  using Element = float;
  static constexpr bool kSumsRows = kIsLarge;
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

// A window, clipped to the image, with at least one element. Distances are in bytes.
template <typename T>
struct Window {
  const char* in;
  ptrdiff_t row_step, column_step;
  ptrdiff_t rows_size, columns_size;  // of all rows, and of one
  T count;                            // of elements
};

// Results for kVectors vectors of channels, from channel `c` on.
template <typename Op, typename V, int kVectors>
[[gnu::noinline]] void RunTile(const Window<typename Op::Element>& window, ptrdiff_t c,
                               typename Op::Element* out) {
  using T = typename Op::Element;
  constexpr ptrdiff_t kLanes = std::is_same_v<V, T> ? 1 : 16 / sizeof(T);
  constexpr V kNone = V{} + Op::kIdentity;
  V totals[kVectors];
#pragma clang loop unroll(full)
  for (V& total : totals) total = kNone;
  const char* row = window.in + c * static_cast<ptrdiff_t>(sizeof(T));
  const char* const rows_end = row + window.rows_size;
  do {
    V sums[kVectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) sums[v] = Op::kSumsRows ? kNone : totals[v];
    const char* in = row;
    const char* const end = row + window.columns_size;
    do {
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v) {
        sums[v] = Op::Step(sums[v], Load<V>(in + v * static_cast<ptrdiff_t>(sizeof(V))));
      }
      in += window.column_step;
    } while (in != end);
#pragma clang loop unroll(full)
    for (int v = 0; v < kVectors; ++v) {
      totals[v] = Op::kSumsRows ? Op::Step(totals[v], sums[v]) : sums[v];
    }
    row += window.row_step;
  } while (row != rows_end);
#pragma clang loop unroll(full)
  for (int v = 0; v < kVectors; ++v) {
    Store(Op::Finish(totals[v], window.count), out + c + v * kLanes);
  }
}

// All channels, in tiles as wide as the registers allow, for long contiguous reads.
template <typename Op>
void RunWindow(const Window<typename Op::Element>& window, ptrdiff_t channels,
               typename Op::Element* out) {
  using T = typename Op::Element;
  using V = VectorOf<T>;
  constexpr ptrdiff_t kLanes = 4;
  ptrdiff_t c = 0;
  for (; c + 8 * kLanes <= channels; c += 8 * kLanes) RunTile<Op, V, 8>(window, c, out);
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes) RunTile<Op, V, 4>(window, c, out);
  for (; c + kLanes <= channels; c += kLanes) RunTile<Op, V, 1>(window, c, out);
  for (; c < channels; ++c) RunTile<Op, T, 1>(window, c, out);
}

// The rows of an image that one row of windows covers.
template <typename T>
struct Rows {
  const T* in;
  int64_t count;
};

template <typename T>
Window<T> WindowOf(const PoolingGeometry& pool, const Rows<T>& rows) {
  Window<T> window{.in = reinterpret_cast<const char*>(rows.in)};
  window.column_step = static_cast<ptrdiff_t>(pool.channels) * static_cast<ptrdiff_t>(sizeof(T));
  window.row_step = static_cast<ptrdiff_t>(pool.in_width) * window.column_step;
  window.rows_size = static_cast<ptrdiff_t>(rows.count) * window.row_step;
  return window;
}

// One row of the output.
template <typename Op, typename T>
void RunRow(const PoolingGeometry& pool, const Rows<T>& rows, T* out) {
  Window<T> window = WindowOf(pool, rows);
  const char* const first = window.in;
  const auto channels = static_cast<ptrdiff_t>(pool.channels);
  for (int64_t x = 0; x < pool.width.output; ++x, out += channels) {
    const WindowRange columns(pool.window.width, pool.width, x, pool.in_width);
    if (columns.begin == columns.end) {
      std::fill_n(out, channels, Op::kIdentity);
      continue;
    }
    window.in = first + static_cast<ptrdiff_t>(columns.begin) * window.column_step;
    window.columns_size = static_cast<ptrdiff_t>(columns.end - columns.begin) * window.column_step;
    window.count = static_cast<T>(rows.count * (columns.end - columns.begin));
    RunWindow<Op>(window, channels, out);
  }
}

// The same, from maxima of the columns, which overlapping windows share.
template <typename Op, typename T>
void RunRowByColumns(const PoolingGeometry& pool, const Rows<T>& rows, T* columns, T* out) {
  Window<T> window = WindowOf(pool, rows);
  window.columns_size = window.column_step;  // treats all columns as channels of one column
  RunWindow<Op>(window, static_cast<ptrdiff_t>(pool.in_width * pool.channels), columns);
  RunRow<Op>(pool, Rows<T>{.in = columns, .count = 1}, out);
}

// Calls fn(rows, first output pixel) for each row of windows that has rows of the image.
template <typename Op, typename T, typename F>
void ForEachRow(const PoolingGeometry& pool, const T* in, T* out, const F& fn) {
  ForEachOutputRow(pool, [&](int64_t batch, int64_t y, int64_t out_pixel) {
    const WindowRange range(pool.window.height, pool.height, y, pool.in_height);
    if (range.begin == range.end) {
      std::fill_n(out + out_pixel * pool.channels, pool.width.output * pool.channels,
                  Op::kIdentity);
      return;
    }
    const int64_t first = (batch * pool.in_height + range.begin) * pool.in_width;
    fn(Rows<T>{.in = in + first * pool.channels, .count = range.end - range.begin}, out_pixel);
  });
}

template <typename Op, typename T>
void Pool(const PoolingGeometry& pool, const T* in, T* out) {
  ForEachRow<Op>(pool, in, out, [&](const Rows<T>& rows, int64_t out_pixel) {
    RunRow<Op>(pool, rows, out + out_pixel * pool.channels);
  });
}

template <typename T>
void PoolMaxima(const PoolingGeometry& pool, const T* in, T* out) {
  const auto& [height, width] = pool.window;
  if (width.stride > 1 || height.size == 1 || width.size == 1) {
    return Pool<Max<T>>(pool, in, out);
  }
  // A single thread reuses the space for all rows.
  const bool is_alone = ThreadCount() == 1;
  const int64_t rows = is_alone ? 1 : pool.batch * pool.height.output;
  const int64_t row_size = pool.in_width * pool.channels;
  auto* columns = static_cast<T*>(ScratchSpace(static_cast<uint64_t>(rows * row_size) * sizeof(T)));
  ForEachRow<Max<T>>(pool, in, out, [&](const Rows<T>& window, int64_t out_pixel) {
    const int64_t row = is_alone ? 0 : out_pixel / pool.width.output;
    RunRowByColumns<Max<T>>(pool, window, columns + row * row_size,
                            out + out_pixel * pool.channels);
  });
}

}  // namespace

void MaxPool(const PoolingGeometry& pool, const float* in, float* out) {
  PoolMaxima(pool, in, out);
}

void MaxPool(const PoolingGeometry& pool, const int32_t* in, int32_t* out) {
  PoolMaxima(pool, in, out);
}

void AveragePool(const PoolingGeometry& pool, const float* in, float* out) {
  constexpr int64_t kLarge = 32;
  if (pool.window.height.size * pool.window.width.size >= kLarge) {
    return Pool<Mean<true>>(pool, in, out);
  }
  Pool<Mean<false>>(pool, in, out);
}

}  // namespace tfwasm
