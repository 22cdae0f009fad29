// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

inline constexpr float kHardSwishScale = 1.0f / 6.0f;

// out = in * scale * clamp(in + 3, 0, 6). `out` may be `in`. XNNPACK's operator has a fixed scale;
// models with constants rounded to float16 have a slightly different one.
void HardSwish(const float* in, float* out, int64_t count, float scale);

}  // namespace tfwasm
