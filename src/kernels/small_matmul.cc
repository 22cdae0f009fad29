// SPDX-License-Identifier: Apache-2.0
#include "kernels/small_matmul.h"

#include <cstddef>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

using Vector = VectorOf<float>;
constexpr size_t kLanes = sizeof(Vector) / sizeof(float);

struct Sizes {
  size_t m, k, n;
};

// kRows rows of the result, as many columns as kColumns of T: vectors or numbers.
template <size_t kRows, size_t kColumns, typename T>
inline void MultiplyTile(const Sizes& sizes, const float* a, const float* b, float* out) {
  constexpr size_t kSize = sizeof(T) / sizeof(float);
  T sums[kRows][kColumns] = {};
  for (size_t i = 0; i < sizes.k; ++i, ++a, b += sizes.n) {
    T columns[kColumns];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < kColumns; ++j) columns[j] = Load<T>(b + j * kSize);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
      for (size_t j = 0; j < kColumns; ++j) {
        sums[row][j] = MultiplyAdd(All<T>(a[row * sizes.k]), columns[j], sums[row][j]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < kColumns; ++j) Store(sums[row][j], out + row * sizes.n + j * kSize);
  }
}

template <size_t kRows>
void MultiplyRows(const Sizes& sizes, const float* a, const float* b, float* out) {
  size_t column = 0;
  for (; column + 2 * kLanes <= sizes.n; column += 2 * kLanes) {
    MultiplyTile<kRows, 2, Vector>(sizes, a, b + column, out + column);
  }
  for (; column + kLanes <= sizes.n; column += kLanes) {
    MultiplyTile<kRows, 1, Vector>(sizes, a, b + column, out + column);
  }
  for (; column < sizes.n; ++column) {
    MultiplyTile<kRows, 1, float>(sizes, a, b + column, out + column);
  }
}

void Multiply(const Sizes& sizes, const float* a, const float* b, float* out) {
  constexpr size_t kRows = 4;
  size_t row = 0;
  for (; row + kRows <= sizes.m; row += kRows) {
    MultiplyRows<kRows>(sizes, a + row * sizes.k, b, out + row * sizes.n);
  }
  for (; row < sizes.m; ++row) MultiplyRows<1>(sizes, a + row * sizes.k, b, out + row * sizes.n);
}

}  // namespace

bool SmallMatMul::IsFor() const {
  constexpr int64_t kMostRows = 16;
  constexpr int64_t kMostElements = 4096;
  return m <= kMostRows && n >= int64_t{kLanes} && k <= kMostElements && n <= kMostElements &&
         k * n <= kMostElements;
}

void SmallMatMul::Run(int64_t products, const float* a, const float* b, float* out) const {
  const Sizes sizes = {static_cast<size_t>(m), static_cast<size_t>(k), static_cast<size_t>(n)};
  ParallelFor(products, static_cast<double>(m * k * n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Multiply(sizes, a + i * m * k, b + i * k * n, out + i * m * n);
    }
  });
}

}  // namespace tfwasm
