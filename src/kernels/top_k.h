// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// The `k` largest elements of each row, largest first, and their columns; k <= columns. Of equal
// elements the one with the lower column comes first. NaN comes last. T: float or int32_t. Throws
// E_OOM.
template <typename T>
void TopK(const T* in, int64_t rows, int64_t columns, int64_t k, T* values, int32_t* indices);

}  // namespace tfwasm
