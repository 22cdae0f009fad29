// SPDX-License-Identifier: Apache-2.0
// Elements as keys of hash tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dtype.h"

namespace tfwasm {

// Appends bytes to `key` that are the same exactly for equal elements of one dtype. 0 equals -0,
// and NaN equals NaN.
void AppendKey(DType dtype, const void* data, int64_t index, std::string& key);

// The bytes that AppendKey would append to an empty key: those of the element itself or, where they
// are no others, in `room`.
std::string_view KeyOf(DType dtype, const void* data, int64_t index, std::string& room);

}  // namespace tfwasm
