// SPDX-License-Identifier: Apache-2.0
// Elements as keys of hash tables.
#pragma once

#include <cstdint>
#include <string>

#include "core/dtype.h"

namespace tfwasm {

// Appends bytes to `key` that are the same exactly for equal elements of one dtype. 0 equals -0,
// and NaN equals NaN.
void AppendKey(DType dtype, const void* data, int64_t index, std::string& key);

}  // namespace tfwasm
