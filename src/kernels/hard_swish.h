// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

inline constexpr float kHardSwishScale = 1.0f / 6.0f;

// out = in * scale * clamp(in + 3, 0, 6), where `out` may be `in`. XNNPACK's has a fixed scale, but
// models that store the constant as float16 have one of their own.
void HardSwish(const float* in, float* out, int64_t count, float scale);

}  // namespace tfwasm
