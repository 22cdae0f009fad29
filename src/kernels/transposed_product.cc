// SPDX-License-Identifier: Apache-2.0
#include "kernels/transposed_product.h"

#include <algorithm>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A tile of the sum stays in registers: kTileRows * kTileVectors sums, kTileVectors of B, one of A.
constexpr int64_t kTileRows = 4;
constexpr int64_t kTileVectors = 2;
constexpr int64_t kLanes = kFloatLanes;
constexpr int64_t kTileColumns = kTileVectors * kLanes;

struct Product {
  int64_t rows;
  const float* a;
  int64_t a_stride;
  const float* b;
  int64_t b_stride;
  float* sum;
  int64_t sum_stride;

  template <int64_t kRows, int64_t kVectors>
  void AddTile(int64_t i, int64_t k) const {
    FloatVector tile[kRows][kVectors] = {};
    const float* a_row = a + i;
    const float* b_row = b + k;
    for (int64_t row = 0; row < rows; ++row, a_row += a_stride, b_row += b_stride) {
      FloatVector columns[kVectors];
      for (int64_t v = 0; v < kVectors; ++v) columns[v] = Load<FloatVector>(b_row + v * kLanes);
      for (int64_t r = 0; r < kRows; ++r) {
        const auto factor = All<FloatVector>(a_row[r]);
        for (int64_t v = 0; v < kVectors; ++v) {
          tile[r][v] = MultiplyAdd(factor, columns[v], tile[r][v]);
        }
      }
    }
    for (int64_t r = 0; r < kRows; ++r) {
      float* out = sum + (i + r) * sum_stride + k;
      for (int64_t v = 0; v < kVectors; ++v) {
        Store(Load<FloatVector>(out + v * kLanes) + tile[r][v], out + v * kLanes);
      }
    }
  }

  // For columns that do not fill a vector.
  void AddElement(int64_t i, int64_t k) const {
    float total = 0;
    for (int64_t row = 0; row < rows; ++row) {
      total += a[row * a_stride + i] * b[row * b_stride + k];
    }
    sum[i * sum_stride + k] += total;
  }

  template <int64_t kRows>
  void AddRows(int64_t i, int64_t begin, int64_t end) const {
    int64_t k = begin;
    for (; k + kTileColumns <= end; k += kTileColumns) AddTile<kRows, kTileVectors>(i, k);
    for (; k + kLanes <= end; k += kLanes) AddTile<kRows, 1>(i, k);
    for (; k < end; ++k) {
      for (int64_t r = 0; r < kRows; ++r) AddElement(i + r, k);
    }
  }
};

}  // namespace

void AddTransposedProduct(int64_t rows, int64_t m, int64_t n, const float* a, int64_t a_stride,
                          const float* b, int64_t b_stride, float* sum, int64_t sum_stride) {
  const Product product{rows, a, a_stride, b, b_stride, sum, sum_stride};
  // Blocks of the sum, so that small matrices occupy all threads, too.
  constexpr int64_t kBlockColumns = 64;
  const int64_t row_tiles = (m + kTileRows - 1) / kTileRows;
  const int64_t blocks = (n + kBlockColumns - 1) / kBlockColumns;
  const auto work = static_cast<double>(rows * kTileRows * std::min(n, kBlockColumns));
  ParallelFor(row_tiles * blocks, work, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t first = task / row_tiles * kBlockColumns;
      const int64_t last = std::min(n, first + kBlockColumns);
      int64_t i = task % row_tiles * kTileRows;
      if (i + kTileRows <= m) {
        product.AddRows<kTileRows>(i, first, last);
        continue;
      }
      for (; i < m; ++i) product.AddRows<1>(i, first, last);
    }
  });
}

}  // namespace tfwasm
