// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// out [m, n] = a [m, k] times b [k, n] in int32 with wraparound. `a_row` and `a_column` are the
// strides of `a` in elements.
void IntMatMul(int64_t m, int64_t k, int64_t n, const uint32_t* a, int64_t a_row, int64_t a_column,
               const uint32_t* b, uint32_t* out);

}  // namespace tfwasm
