// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.h"

#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

namespace {

struct Clamp {
  float operator()(float x) const { return vector_math::Within(x, min, max); }

  float min;
  float max;
};

}  // namespace

Activation MakeClamp(float min, float max) {
  Activation activation = MakeActivation(Clamp{.min = min, .max = max}, 1);
  activation.min = min;
  activation.max = max;
  return activation;
}

void Activate(const Activation& activation, const float* in, float* out, int64_t count) {
  ParallelFor(count, activation.work, [&](int64_t begin, int64_t end) {
    const void* operands[] = {in + begin};
    constexpr size_t kSteps[] = {1};
    MapBlocks(*activation.loop, activation.function.data(), operands, kSteps, out + begin,
              static_cast<size_t>(end - begin));
  });
}

}  // namespace tfwasm
