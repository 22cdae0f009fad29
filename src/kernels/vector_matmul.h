// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// The product of a vector of k elements and a matrix, [k, n] or, when transposed, [n, k]. XNNPACK
// would pack the matrix first, which takes longer than all the rest.
void VectorMatMul(int64_t k, int64_t n, bool is_b_transposed, const float* a, const float* b,
                  float* out);

}  // namespace tfwasm
