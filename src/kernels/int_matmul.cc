// SPDX-License-Identifier: Apache-2.0
#include "kernels/int_matmul.h"

#include <algorithm>

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr int64_t kBlock = 16;

// Keeps kBlock column sums in registers.
void MultiplyBlock(int64_t k, int64_t n, const uint32_t* a, int64_t a_column, const uint32_t* b,
                   uint32_t* out) {
  uint32_t sums[kBlock] = {};
  for (int64_t i = 0; i < k; ++i) {
    const uint32_t factor = a[i * a_column];
    for (int64_t j = 0; j < kBlock; ++j) sums[j] += factor * b[i * n + j];
  }
  std::copy_n(sums, kBlock, out);
}

}  // namespace

void IntMatMul(int64_t m, int64_t k, int64_t n, const uint32_t* a, int64_t a_row, int64_t a_column,
               const uint32_t* b, uint32_t* out) {
  const double work = static_cast<double>(k) * static_cast<double>(n);
  ParallelFor(m, work, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const uint32_t* from = a + row * a_row;
      uint32_t* to = out + row * n;
      int64_t j = 0;
      for (; j + kBlock <= n; j += kBlock) MultiplyBlock(k, n, from, a_column, b + j, to + j);
#pragma clang loop vectorize(disable) unroll(disable)
      for (; j < n; ++j) {
        uint32_t sum = 0;
        for (int64_t i = 0; i < k; ++i) sum += from[i * a_column] * b[i * n + j];
        to[j] = sum;
      }
    }
  });
}

}  // namespace tfwasm
