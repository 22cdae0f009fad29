// SPDX-License-Identifier: Apache-2.0
// Prefix sums and products.
#pragma once

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

enum class Cumulation { kSum, kProduct };

// The direction along the axis.
struct Direction {
  bool exclusive;  // without the element itself
  bool reverse;    // from the end
};

// For float32 and int32, which wraps around. `out` may be `in`.
void Accumulate(Cumulation cumulation, DType dtype, const void* in, const AxisSplit& split,
                Direction direction, void* out);

}  // namespace tfwasm
