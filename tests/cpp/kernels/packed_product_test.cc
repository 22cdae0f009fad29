// SPDX-License-Identifier: Apache-2.0
#include "kernels/packed_product.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "many_threads.h"
#include "test_random.h"

namespace tfwasm {
namespace {

struct Sizes {
  int64_t rows;
  int64_t depth;
  int64_t columns;
};

// Rows with a distance that is larger than they are, and numbers between them that must stay.
constexpr int64_t kGap = 3;
constexpr float kUntouched = -77;

std::vector<float> Multiply(const Sizes& sizes, bool is_transposed, bool has_start) {
  const auto [rows, depth, columns] = sizes;
  TestRandom random(1);
  const std::vector<float> a = random.FloatVector(rows * (depth + kGap));
  const std::vector<float> matrix = random.FloatVector(depth * columns);
  const std::vector<float> start = random.FloatVector(rows * (columns + 1));
  std::vector<float> out(static_cast<size_t>(rows * (columns + kGap)), kUntouched);
  const PackedProduct product(depth, columns, matrix.data(), is_transposed ? 1 : columns,
                              is_transposed ? depth : 1);
  const ProductRows operands{.count = rows,
                             .a = a.data(),
                             .a_stride = depth + kGap,
                             .start = has_start ? start.data() : nullptr,
                             .start_stride = columns + 1,
                             .out = out.data(),
                             .out_stride = columns + kGap};
  product.Run(operands);
  for (int64_t i = 0; i < rows * (columns + kGap); ++i) {
    const int64_t row = i / (columns + kGap);
    const int64_t column = i % (columns + kGap);
    double expected = kUntouched;
    if (column < columns) {
      expected = has_start ? start[static_cast<size_t>(row * (columns + 1) + column)] : 0;
      for (int64_t k = 0; k < depth; ++k) {
        const int64_t place = is_transposed ? column * depth + k : k * columns + column;
        expected += double{a[static_cast<size_t>(row * (depth + kGap) + k)]} *
                    double{matrix[static_cast<size_t>(place)]};
      }
    }
    CHECK(std::abs(out[static_cast<size_t>(i)] - expected) <= 1e-5 * (1 + std::abs(expected)));
  }
  // Threads do not change a bit.
  std::vector<float> parallel(out.size(), kUntouched);
  ProductRows other = operands;
  other.out = parallel.data();
  const ManyThreads many_threads;
  product.RunParallel(other);
  CHECK(parallel == out);
  return out;
}

TEST_CASE("products of rows with a packed matrix") {
  for (const int64_t rows : {0, 1, 2, 3, 4, 5, 9}) {
    for (const int64_t columns : {0, 1, 7, 8, 9, 31, 32, 43}) {
      for (const int64_t depth : {0, 1, 6}) {
        CAPTURE(rows);
        CAPTURE(columns);
        CAPTURE(depth);
        for (const bool has_start : {false, true}) {
          const std::vector<float> plain = Multiply({rows, depth, columns}, false, has_start);
          Multiply({rows, depth, columns}, true, has_start);
        }
      }
    }
  }
}

TEST_CASE("products of rows with a packed matrix: the result may be the start") {
  const std::vector<float> a = {1, 2, 3, 4, 5};
  const std::vector<float> matrix = {10, 20};
  std::vector<float> sums = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const PackedProduct product(1, 2, matrix.data(), 2, 1);
  product.Run({.count = 5,
               .a = a.data(),
               .a_stride = 1,
               .start = sums.data(),
               .start_stride = 2,
               .out = sums.data(),
               .out_stride = 2});
  CHECK(sums == std::vector<float>{11, 22, 23, 44, 35, 66, 47, 88, 59, 110});
}

}  // namespace
}  // namespace tfwasm
