// SPDX-License-Identifier: Apache-2.0
// The elements that are true or non-zero.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

int64_t CountTrue(DType dtype, const void* condition, int64_t size);

// Writes their positions, shape.rank() numbers each.
void ListTrue(DType dtype, const void* condition, const Shape& shape, int32_t* out);

}  // namespace tfwasm
