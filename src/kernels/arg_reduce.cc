// SPDX-License-Identifier: Apache-2.0
#include "kernels/arg_reduce.h"

#include <algorithm>
#include <limits>

#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

// The start value, which no element is worse than.
template <typename T, bool kMax>
constexpr T Worst() {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity) return kMax ? -Limits::infinity() : Limits::infinity();
  return kMax ? Limits::lowest() : Limits::max();
}

// The best elements of kStrip adjacent columns, and their rows.
constexpr int64_t kStrip = 16;
template <typename T, bool kMax>
struct Best {
  Best() { std::fill_n(values, kStrip, Worst<T, kMax>()); }

  // Processes rows of `columns` <= kStrip elements, `stride` elements apart. The first has the
  // index `index`.
  void Add(const T* in, size_t rows, ptrdiff_t stride, size_t columns, int32_t index) {
    if (columns < kStrip) {
      for (; rows > 0; --rows, in += stride, ++index) {
#pragma clang loop vectorize(disable) unroll(disable)
        for (size_t k = 0; k < columns; ++k) Step(in[k], index, values[k], places[k]);
      }
      return;
    }
    Best best = *this;
    for (; rows > 0; --rows, in += stride, ++index) {
      // No inner loop, so that everything stays in SIMD registers.
#pragma clang loop vectorize(enable) vectorize_width(4) interleave_count(kStrip / 4)
      for (size_t k = 0; k < kStrip; ++k) Step(in[k], index, best.values[k], best.places[k]);
    }
    *this = best;
  }

  static void Step(T x, int32_t index, T& value, int32_t& place) {
    const bool is_better = kMax ? x > value : x < value;
    place = is_better ? index : place;
    value = is_better ? x : value;
  }

  T values[kStrip];
  int32_t places[kStrip] = {};
};

// Processes a row as a matrix of kStrip columns.
template <typename T, bool kMax>
int32_t FindBestInRow(const T* in, size_t size) {
  Best<T, kMax> best;
  const size_t rows = size / kStrip;
  best.Add(in, rows, kStrip, kStrip, 0);
  best.Add(in + rows * kStrip, 1, 0, size % kStrip, static_cast<int32_t>(rows));
  T value = best.values[0];
  int32_t index = best.places[0] * static_cast<int32_t>(kStrip);
  for (int32_t k = 1; k < kStrip; ++k) {
    const int32_t candidate = best.places[k] * static_cast<int32_t>(kStrip) + k;
    const bool is_better = kMax ? best.values[k] > value : best.values[k] < value;
    if (is_better || (best.values[k] == value && candidate < index)) {
      value = best.values[k];
      index = candidate;
    }
  }
  return index;
}

template <typename T, bool kMax>
void FindBest(const T* in, int64_t size, int64_t stride, size_t columns, int32_t* out) {
  if (stride == 1) {
    *out = FindBestInRow<T, kMax>(in, static_cast<size_t>(size));
    return;
  }
  Best<T, kMax> best;
  best.Add(in, static_cast<size_t>(size), static_cast<ptrdiff_t>(stride), columns, 0);
  std::copy_n(best.places, columns, out);
}

template <typename T, bool kMax>
void FindAllBest(const T* in, const AxisSplit& split, int32_t* out) {
  const int64_t strips = (split.inner + kStrip - 1) / kStrip;
  const auto work = static_cast<double>(split.size * std::min(split.inner, kStrip));
  ParallelFor(split.outer * strips, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i / strips;
      const int64_t column = i % strips * kStrip;
      const auto columns = static_cast<size_t>(std::min(kStrip, split.inner - column));
      FindBest<T, kMax>(in + row * split.size * split.inner + column, split.size, split.inner,
                        columns, out + row * split.inner + column);
    }
  });
}

}  // namespace

void ArgReduce(DType dtype, bool is_max, const void* in, const AxisSplit& split, int32_t* out) {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto find = is_max ? FindAllBest<T, true> : FindAllBest<T, false>;
    find(static_cast<const T*>(in), split, out);
  });
}

}  // namespace tfwasm
