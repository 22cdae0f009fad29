// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

// The first index of the largest (`is_max`) or smallest element along an axis of at least one
// element, for float32 and int32. NaN is ignored.
void ArgReduce(DType dtype, bool is_max, const void* in, const AxisSplit& split, int32_t* out);

}  // namespace tfwasm
