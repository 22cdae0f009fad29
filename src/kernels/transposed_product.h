// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// The bytes of working memory for a product with `n` columns.
uint64_t TransposedProductWorkspace(int64_t n);

// sum += A^T B for A [rows, m] and B [rows, n], with `a_stride` and `b_stride` elements from row to
// row; sum is [m, n], with `sum_stride`. All threads share the work.
void AddTransposedProduct(int64_t rows, int64_t m, int64_t n, const float* a, int64_t a_stride,
                          const float* b, int64_t b_stride, float* sum, int64_t sum_stride,
                          void* workspace);

}  // namespace tfwasm
