// SPDX-License-Identifier: Apache-2.0
// Repeating a tensor along its axes.
#pragma once

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

// Repeats `in` of shape `input` to fill `out` of shape `output`. The ranks are equal, and each
// dimension of `output` is a multiple of that of `input`. `in` and `out` must not overlap, unless
// they and their shapes are equal.
void Tile(DType dtype, const Shape& input, const Shape& output, const void* in, void* out);

}  // namespace tfwasm
