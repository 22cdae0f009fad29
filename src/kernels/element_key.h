// SPDX-License-Identifier: Apache-2.0
// Elements as keys of hash tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dtype.h"

namespace tfwasm {

// Appends bytes to `key` that are equal for equal elements of one dtype, and only for those. 0
// equals -0, and NaN equals NaN.
void AppendKey(DType dtype, const void* data, int64_t index, std::string& key);

// The bytes that AppendKey would append. The view refers to the element itself if these are its
// bytes, else to `room`.
std::string_view KeyOf(DType dtype, const void* data, int64_t index, std::string& room);

}  // namespace tfwasm
