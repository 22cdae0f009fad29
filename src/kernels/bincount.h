// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

// For each row of `columns` numbers: out[number] += weight for the numbers in [0, size), or = 1 if
// `is_binary`. `dtype` is that of `weights` and `out`, float32 or int32. `weights`: nullptr for
// weights of 1. Returns whether a number is negative.
bool CountRows(DType dtype, const int32_t* numbers, const void* weights, int64_t rows,
               int64_t columns, bool is_binary, void* out, int64_t size);

}  // namespace tfwasm
