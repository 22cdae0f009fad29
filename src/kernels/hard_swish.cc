// SPDX-License-Identifier: Apache-2.0
#include "kernels/hard_swish.h"

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

void HardSwish(const float* in, float* out, int64_t count, float scale) {
  using vector_math::kStored;
  ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
    MapElements(in + begin, out + begin, static_cast<size_t>(end - begin), [scale](float x) {
      return x * scale * vector_math::Within(x + kStored<3.0f>, 0.0f, kStored<6.0f>);
    });
  });
}

}  // namespace tfwasm
