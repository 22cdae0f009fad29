// SPDX-License-Identifier: Apache-2.0
// Products of a few rows with a packed matrix, for loops that multiply by the same matrix many
// times and share the rows among threads by themselves.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace tfwasm {

// Rows of a product a * matrix + start, each `stride` elements from the next.
struct ProductRows {
  int64_t count;
  const float* a;
  int64_t a_stride;
  const float* start;  // may be `out`; nullptr for zeros
  int64_t start_stride;
  float* out;
  int64_t out_stride;
};

class PackedProduct {
 public:
  // So many rows are multiplied at once: the best size for a thread's share is a multiple.
  static constexpr int64_t kRowsAtOnce = 4;

  // Packs a [depth, columns] matrix: element (k, j) is matrix[k * row_stride + j * column_stride].
  // The original may be freed afterwards.
  PackedProduct(int64_t depth, int64_t columns, const float* matrix, int64_t row_stride,
                int64_t column_stride);

  // Computes all rows on the calling thread.
  void Run(const ProductRows& rows) const { RunTiles(rows, 0, tiles_); }
  // Threads share the columns.
  void RunParallel(const ProductRows& rows) const;

 private:
  void RunTiles(const ProductRows& rows, int64_t begin, int64_t end) const;

  int64_t depth_;
  int64_t columns_;
  int64_t tiles_;
  Tensor packed_;  // [tiles, depth, columns of a tile], padded with zeros
};

}  // namespace tfwasm
