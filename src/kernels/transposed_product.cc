// SPDX-License-Identifier: Apache-2.0
#include "kernels/transposed_product.h"

#include <algorithm>
#include <cstring>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A tile of the sum stays in registers: kTileRows * kTileVectors sums, kTileVectors of B, one of A.
constexpr int64_t kTileRows = 4;
constexpr int64_t kTileVectors = 2;
constexpr auto kLanes = static_cast<int64_t>(kFloatLanes);
constexpr int64_t kTileColumns = kTileVectors * kLanes;
// Rows of A and B that are packed at a time. Packed, they do not compete for the same cache lines.
constexpr int64_t kBlockRows = 256;

// Copies `width` columns of `rows` rows into rows of `tile` elements, filled up with zeros.
template <int64_t kTile>
void Pack(int64_t rows, int64_t width, const float* from, int64_t stride, float* to) {
  for (int64_t row = 0; row < rows; ++row, from += stride, to += kTile) {
    if (width == kTile) {
      std::memcpy(to, from, kTile * sizeof(float));
    } else {
      for (int64_t i = 0; i < kTile; ++i) to[i] = i < width ? from[i] : 0.0f;
    }
  }
}

// sum += A^T B for packed tiles of A and B. `height` and `width`: the part of the tile that is
// real.
void AddTile(int64_t rows, const float* a, const float* b, float* sum, int64_t stride,
             int64_t height, int64_t width) {
  FloatVector tile[kTileRows][kTileVectors] = {};
  for (int64_t row = 0; row < rows; ++row, a += kTileRows, b += kTileColumns) {
    FloatVector columns[kTileVectors];
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kTileVectors; ++v) columns[v] = Load<FloatVector>(b + v * kLanes);
#pragma clang loop unroll(full)
    for (int64_t r = 0; r < kTileRows; ++r) {
      const auto factor = All<FloatVector>(a[r]);
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < kTileVectors; ++v) {
        tile[r][v] = MultiplyAdd(factor, columns[v], tile[r][v]);
      }
    }
  }
  const bool is_whole = width == kTileColumns;
  // Constant bounds keep the tile in registers.
#pragma clang loop unroll(full)
  for (int64_t r = 0; r < kTileRows; ++r) {
    if (r == height) return;
    float values[kTileColumns] = {};
    float* const to = is_whole ? sum + r * stride : values;
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kTileVectors; ++v) {
      Store(Load<FloatVector>(to + v * kLanes) + tile[r][v], to + v * kLanes);
    }
    if (is_whole) continue;
    for (int64_t i = 0; i < width; ++i) sum[r * stride + i] += values[i];
  }
}

int64_t Tiles(int64_t size, int64_t tile) { return (size + tile - 1) / tile; }

}  // namespace

uint64_t TransposedProductWorkspace(int64_t n) {
  return static_cast<uint64_t>(Tiles(n, kTileColumns) * kTileColumns * kBlockRows) * sizeof(float);
}

void AddTransposedProduct(int64_t rows, int64_t m, int64_t n, const float* a, int64_t a_stride,
                          const float* b, int64_t b_stride, float* sum, int64_t sum_stride,
                          void* workspace) {
  auto* const packed = static_cast<float*>(workspace);
  const int64_t row_tiles = Tiles(m, kTileRows);
  const int64_t column_tiles = Tiles(n, kTileColumns);
  for (int64_t first = 0; first < rows; first += kBlockRows) {
    const int64_t count = std::min(kBlockRows, rows - first);
    const float* a_rows = a + first * a_stride;
    const float* b_rows = b + first * b_stride;
    const auto tile_of_b = [&](int64_t tile) { return packed + tile * kTileColumns * count; };
    const auto width_of = [&](int64_t tile) {
      return std::min(kTileColumns, n - tile * kTileColumns);
    };
    const auto packing = static_cast<double>(count * kTileColumns);
    ParallelFor(column_tiles, packing, [&](int64_t begin, int64_t end) {
      for (int64_t tile = begin; tile < end; ++tile) {
        Pack<kTileColumns>(count, width_of(tile), b_rows + tile * kTileColumns, b_stride,
                           tile_of_b(tile));
      }
    });
    const auto work = static_cast<double>(count * kTileRows * n);
    ParallelFor(row_tiles, work, [&](int64_t begin, int64_t end) {
      float a_tile[kBlockRows * kTileRows];
      for (int64_t tile = begin; tile < end; ++tile) {
        const int64_t i = tile * kTileRows;
        const int64_t height = std::min(kTileRows, m - i);
        Pack<kTileRows>(count, height, a_rows + i, a_stride, a_tile);
        for (int64_t column = 0; column < column_tiles; ++column) {
          AddTile(count, a_tile, tile_of_b(column), sum + i * sum_stride + column * kTileColumns,
                  sum_stride, height, width_of(column));
        }
      }
    });
  }
}

}  // namespace tfwasm
