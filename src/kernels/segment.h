// SPDX-License-Identifier: Apache-2.0
// Segment sums.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

// out[segments[i]] += in[rows[i]] for rows of `block` elements of float32 or int32. Without `rows`,
// in[i]. Negative segments are skipped. All numbers must be in range.
void AddSegments(DType dtype, const void* in, int64_t block, const int32_t* rows,
                 const int32_t* segments, int64_t count, void* out);

// Divides a row by a non-zero number; int32 rounds towards zero.
void DivideRow(DType dtype, void* row, int64_t block, int64_t divisor);

}  // namespace tfwasm
