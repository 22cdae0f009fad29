// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

inline constexpr float kHardSwishScale = 1.0f / 6.0f;

// out = in * scale * clamp(in + 3, 0, 6), where `out` may be `in`. XNNPACK's has a fixed scale, but
// models that store the constant as float16 have one of their own.
inline void HardSwish(const float* in, float* out, int64_t count, float scale) {
  ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
    MapElements(in + begin, out + begin, static_cast<size_t>(end - begin), [scale](float x) {
      using namespace vector_math;
      return x * scale * Within(x + kStored<3.0f>, 0.0f, kStored<6.0f>);
    });
  });
}

}  // namespace tfwasm
