// SPDX-License-Identifier: Apache-2.0
// Sums of rows that belong together.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

// out[segments[i]] += in[rows[i]] for rows of `block` elements, float32 or int32; in[i] where
// `rows` is nullptr. A negative segment is left out. The numbers must be in range.
void AddSegments(DType dtype, const void* in, int64_t block, const int32_t* rows,
                 const int32_t* segments, int64_t count, void* out);

// Divides a row by a number that is not 0; int32 towards zero.
void DivideRow(DType dtype, void* row, int64_t block, int64_t divisor);

}  // namespace tfwasm
