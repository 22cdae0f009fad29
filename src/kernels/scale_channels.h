// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/shape.h"

namespace tfwasm {

// out = in * factors[c] + terms[c], where c is the index along the axis. `out` may be `in`.
void ScaleChannels(const float* in, const AxisSplit& split, const float* factors,
                   const float* terms, float* out);

}  // namespace tfwasm
