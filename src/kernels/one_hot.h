// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

// Sets the elements of `out` to `on` where the index along the axis of `split` equals that of
// `indices` [outer, inner], and to `off` elsewhere, also for indices out of range. `on`, `off` and
// `out` have `dtype`.
void OneHot(DType dtype, const AxisSplit& split, const int32_t* indices, const void* on,
            const void* off, void* out);

}  // namespace tfwasm
