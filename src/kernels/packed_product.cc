// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed_product.h"

#include <algorithm>

#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr size_t kTileVectors = 2;
constexpr size_t kTileColumns = kTileVectors * kFloatLanes;
// For a single row: so many sums that additions need not wait for each other.
constexpr size_t kTilesAtOnce = 4;

// Pointers to the first row of a product, and the strides.
struct Place {
  const float* a;
  size_t a_stride;
  const float* start;
  size_t start_stride;
  float* out;
  size_t out_stride;
};

// `weights`: of kTiles consecutive tiles.
template <size_t kRows, size_t kTiles>
void MultiplyTiles(size_t depth, const float* weights, const Place& place) {
  constexpr size_t kVectors = kTiles * kTileVectors;
  FloatVector sums[kRows][kVectors] = {};
  if (place.start != nullptr) {
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
      for (size_t i = 0; i < kVectors; ++i) {
        sums[row][i] = Load<FloatVector>(place.start + row * place.start_stride + i * kFloatLanes);
      }
    }
  }
  const size_t tile_size = depth * kTileColumns;
  const float* a = place.a;
  for (const float* const end = a + depth; a < end; ++a, weights += kTileColumns) {
    FloatVector columns[kVectors];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < kVectors; ++i) {
      columns[i] = Load<FloatVector>(weights + i / kTileVectors * tile_size +
                                     i % kTileVectors * kFloatLanes);
    }
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kRows; ++row) {
      const auto factor = All<FloatVector>(a[row * place.a_stride]);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < kVectors; ++i) {
        sums[row][i] = MultiplyAdd(factor, columns[i], sums[row][i]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < kVectors; ++i) {
      Store(sums[row][i], place.out + row * place.out_stride + i * kFloatLanes);
    }
  }
}

// A tile of which only `columns` columns exist.
template <size_t kRows>
void MultiplyPartOfTile(size_t depth, const float* weights, const Place& place, size_t columns) {
  float sums[kRows][kTileColumns] = {};
  for (size_t row = 0; row < kRows && place.start != nullptr; ++row) {
    std::copy_n(place.start + row * place.start_stride, columns, sums[row]);
  }
  const Place inside = {.a = place.a,
                        .a_stride = place.a_stride,
                        .start = sums[0],
                        .start_stride = kTileColumns,
                        .out = sums[0],
                        .out_stride = kTileColumns};
  MultiplyTiles<kRows, 1>(depth, weights, inside);
  for (size_t row = 0; row < kRows; ++row) {
    std::copy_n(sums[row], columns, place.out + row * place.out_stride);
  }
}

Place PlaceAt(const ProductRows& rows, int64_t row, int64_t column) {
  return {.a = rows.a + row * rows.a_stride,
          .a_stride = static_cast<size_t>(rows.a_stride),
          .start = rows.start == nullptr ? nullptr : rows.start + row * rows.start_stride + column,
          .start_stride = static_cast<size_t>(rows.start_stride),
          .out = rows.out + row * rows.out_stride + column,
          .out_stride = static_cast<size_t>(rows.out_stride)};
}

}  // namespace

PackedProduct::PackedProduct(int64_t depth, int64_t columns, const float* matrix,
                             int64_t row_stride, int64_t column_stride)
    : depth_(depth), columns_(columns) {
  constexpr auto kWidth = static_cast<int64_t>(kTileColumns);
  tiles_ = (columns + kWidth - 1) / kWidth;
  packed_ = Tensor(DType::kFloat32, {tiles_ * depth * kWidth});
  if (depth == 0 || columns == 0) return;  // `matrix` may be null
  float* out = packed_.mutable_values<float>().data();
  for (int64_t tile = 0; tile < tiles_; ++tile) {
    const float* from = matrix + tile * kWidth * column_stride;
    const int64_t width = std::min(kWidth, columns - tile * kWidth);
    for (int64_t k = 0; k < depth; ++k, from += row_stride, out += kWidth) {
      for (int64_t j = 0; j < kWidth; ++j) out[j] = j < width ? from[j * column_stride] : 0.0f;
    }
  }
}

void PackedProduct::RunTiles(const ProductRows& rows, int64_t begin, int64_t end) const {
  constexpr auto kWidth = static_cast<int64_t>(kTileColumns);
  constexpr auto kSeveral = static_cast<int64_t>(kTilesAtOnce);
  const auto depth = static_cast<size_t>(depth_);
  const float* weights = packed_.values<float>().data();
  const int64_t whole = std::min(end, columns_ / kWidth);
  const int64_t at_once = rows.count / kRowsAtOnce * kRowsAtOnce;
  for (int64_t tile = begin; tile < end && at_once > 0; ++tile) {
    const float* tile_weights = weights + tile * depth_ * kWidth;
    for (int64_t row = 0; row < at_once; row += kRowsAtOnce) {
      const Place place = PlaceAt(rows, row, tile * kWidth);
      if (tile < whole) {
        MultiplyTiles<kRowsAtOnce, 1>(depth, tile_weights, place);
      } else {
        MultiplyPartOfTile<kRowsAtOnce>(depth, tile_weights, place,
                                        static_cast<size_t>(columns_ - tile * kWidth));
      }
    }
  }
  for (int64_t row = at_once; row < rows.count; ++row) {
    int64_t tile = begin;
    for (; tile + kSeveral <= whole; tile += kSeveral) {
      MultiplyTiles<1, kTilesAtOnce>(depth, weights + tile * depth_ * kWidth,
                                     PlaceAt(rows, row, tile * kWidth));
    }
    for (; tile < end; ++tile) {
      const float* tile_weights = weights + tile * depth_ * kWidth;
      const Place place = PlaceAt(rows, row, tile * kWidth);
      const int64_t width = std::min(kWidth, columns_ - tile * kWidth);
      MultiplyPartOfTile<1>(depth, tile_weights, place, static_cast<size_t>(width));
    }
  }
}

void PackedProduct::RunParallel(const ProductRows& rows) const {
  const auto work = static_cast<double>(rows.count) * static_cast<double>(depth_) *
                    static_cast<double>(kTileColumns);
  ParallelFor(tiles_, work, [&](int64_t begin, int64_t end) { RunTiles(rows, begin, end); });
}

}  // namespace tfwasm
