// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct_matmul.h"

#include <cstddef>
#include <type_traits>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

struct Sizes {
  size_t k, n;
};

// A tile of kRows rows and kColumns columns of T: vectors or single numbers.
template <size_t kRows, size_t kColumns, typename T>
inline void MultiplyTile(const Sizes& sizes, const float* a, const float* b, float* out) {
  constexpr size_t kSize = std::is_same_v<T, float> ? 1 : kFloatLanes;
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
  for (; column + 2 * kFloatLanes <= sizes.n; column += 2 * kFloatLanes) {
    MultiplyTile<kRows, 2, FloatVector>(sizes, a, b + column, out + column);
  }
  for (; column + kFloatLanes <= sizes.n; column += kFloatLanes) {
    MultiplyTile<kRows, 1, FloatVector>(sizes, a, b + column, out + column);
  }
  for (; column < sizes.n; ++column) {
    MultiplyTile<kRows, 1, float>(sizes, a, b + column, out + column);
  }
}

}  // namespace

bool DirectMatMul::IsFor() const {
  // Measured limits. Packing never pays for few rows, nor for a matrix that is smaller than this.
  constexpr int64_t kFewRows = 8;
  constexpr int64_t kMostColumns = 512;
  constexpr int64_t kMostElements = 65536;
  if (n < int64_t{kFloatLanes}) return false;
  return m <= kFewRows || (n <= kMostColumns && k <= kMostElements / n);
}

void DirectMatMul::Run(int64_t products, const float* a, const float* b, float* out) const {
  constexpr int64_t kRows = 4;
  const Sizes sizes = {.k = static_cast<size_t>(k), .n = static_cast<size_t>(n)};
  const int64_t tiles = (m + kRows - 1) / kRows;
  const auto work = static_cast<double>(kRows) * static_cast<double>(k) * static_cast<double>(n);
  ParallelFor(products * tiles, work, [=, this](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t product = i / tiles;
      int64_t row = i % tiles * kRows;
      const float* matrix = b + product * k * n;
      const float* from = a + (product * m + row) * k;
      float* to = out + (product * m + row) * n;
      if (row + kRows <= m) {
        MultiplyRows<kRows>(sizes, from, matrix, to);
        continue;
      }
      for (; row < m; ++row, from += k, to += n) MultiplyRows<1>(sizes, from, matrix, to);
    }
  });
}

}  // namespace tfwasm
