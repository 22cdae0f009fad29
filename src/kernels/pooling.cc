// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.h"

#include <limits>
#include <type_traits>

#include "kernels/simd.h"

namespace tfwasm {

namespace {

// What a pooling does; V: a single element or a vector of them.

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

// kIsLarge: rows are added up each for itself, which keeps the error small for large windows.
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

// A window as far as it lies within the image: one element or more. Distances are in bytes.
template <typename T>
struct Window {
  const char* in;
  ptrdiff_t row_step, column_step;
  ptrdiff_t rows_size, columns_size;  // of all rows, and of one
  T count;                            // of elements
};

// The results for kVectors vectors of channels.
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

// All channels, as many at a time as registers suffice for: what is read in one go should be long.
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

// A row of the output.
template <typename Op>
void RunRow(const PoolingGeometry& pool, const typename Op::Element* image, int64_t y,
            typename Op::Element* out) {
  using T = typename Op::Element;
  const WindowRange rows(pool.window.height, pool.height, y, pool.in_height);
  const auto channels = static_cast<ptrdiff_t>(pool.channels);
  Window<T> window{.column_step = channels * static_cast<ptrdiff_t>(sizeof(T))};
  window.row_step = static_cast<ptrdiff_t>(pool.in_width) * window.column_step;
  window.rows_size = static_cast<ptrdiff_t>(rows.end - rows.begin) * window.row_step;
  const char* const first =
      reinterpret_cast<const char*>(image + rows.begin * pool.in_width * pool.channels);
  for (int64_t x = 0; x < pool.width.output; ++x, out += channels) {
    const WindowRange columns(pool.window.width, pool.width, x, pool.in_width);
    window.in = first + static_cast<ptrdiff_t>(columns.begin) * window.column_step;
    window.columns_size = static_cast<ptrdiff_t>(columns.end - columns.begin) * window.column_step;
    window.count = static_cast<T>((rows.end - rows.begin) * (columns.end - columns.begin));
    RunWindow<Op>(window, channels, out);
  }
}

template <typename Op>
void Pool(const PoolingGeometry& pool, const typename Op::Element* in, typename Op::Element* out) {
  ForEachOutputRow(pool, [&](int64_t batch, int64_t y, int64_t out_pixel) {
    RunRow<Op>(pool, in + batch * pool.in_height * pool.in_width * pool.channels, y,
               out + out_pixel * pool.channels);
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
  constexpr int64_t kLarge = 32;
  if (pool.window.height.size * pool.window.width.size >= kLarge) {
    return Pool<Mean<true>>(pool, in, out);
  }
  Pool<Mean<false>>(pool, in, out);
}

}  // namespace tfwasm
