// SPDX-License-Identifier: Apache-2.0
#include "kernels/cumulative.h"

#include <algorithm>
#include <utility>

#include "core/wrapping_math.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

struct Sum {
  static constexpr int kIdentity = 0;
  static float Apply(float a, float b) { return a + b; }
  static int32_t Apply(int32_t a, int32_t b) { return WrappingAdd(a, b); }
};

struct Product {
  static constexpr int kIdentity = 1;
  static float Apply(float a, float b) { return a * b; }
  static int32_t Apply(int32_t a, int32_t b) { return WrappingMul(a, b); }
};

// The number of adjacent columns processed at once, since elements along the axis may be far apart.
constexpr int64_t kColumns = 64;

// Processes one row, or `columns` adjacent columns whose elements are `inner` apart.
template <typename Op, typename T>
void AccumulateStrip(const T* in, T* out, int64_t size, int64_t inner, int64_t columns,
                     Direction direction) {
  const int64_t step = direction.reverse ? -inner : inner;
  int64_t at = direction.reverse ? (size - 1) * inner : 0;
  if (columns == 1) {
    T total = static_cast<T>(Op::kIdentity);
    for (int64_t i = 0; i < size; ++i, at += step) {
      const T next = Op::Apply(total, in[at]);
      out[at] = direction.exclusive ? total : next;
      total = next;
    }
    return;
  }
  // Reads the input before writing the output, which may be the same memory.
  T sums[2][kColumns];
  T* totals = sums[0];
  T* nexts = sums[1];
  std::fill_n(totals, columns, static_cast<T>(Op::kIdentity));
  for (int64_t i = 0; i < size; ++i, at += step) {
    for (int64_t k = 0; k < columns; ++k) nexts[k] = Op::Apply(totals[k], in[at + k]);
    std::copy_n(direction.exclusive ? totals : nexts, columns, out + at);
    std::swap(totals, nexts);
  }
}

template <typename Op, typename T>
void AccumulateAll(const T* in, const AxisSplit& split, Direction direction, T* out) {
  const int64_t groups = (split.inner + kColumns - 1) / kColumns;
  const auto work = static_cast<double>(split.size * std::min(split.inner, kColumns));
  ParallelFor(split.outer * groups, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % groups * kColumns;
      const int64_t at = i / groups * split.size * split.inner + first;
      AccumulateStrip<Op>(in + at, out + at, split.size, split.inner,
                          std::min(kColumns, split.inner - first), direction);
    }
  });
}

}  // namespace

void Accumulate(Cumulation cumulation, DType dtype, const void* in, const AxisSplit& split,
                Direction direction, void* out) {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto accumulate =
        cumulation == Cumulation::kSum ? AccumulateAll<Sum, T> : AccumulateAll<Product, T>;
    accumulate(static_cast<const T*>(in), split, direction, static_cast<T*>(out));
  });
}

}  // namespace tfwasm
