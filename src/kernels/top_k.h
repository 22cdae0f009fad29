// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// The `k` largest elements of each of `rows` rows of `columns` elements, largest first, and their
// columns; k <= columns. Among equals the one in front comes first. NaN comes after every number.
// T: float or int32_t. Throws E_OOM.
template <typename T>
void TopK(const T* in, int64_t rows, int64_t columns, int64_t k, T* values, int32_t* indices);

}  // namespace tfwasm
