// SPDX-License-Identifier: Apache-2.0
#include "kernels/activation.h"

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

namespace {

template <typename F>
void MapInPlace(float* data, int64_t count, double work, F fn) {
  ParallelFor(count, work, [=](int64_t begin, int64_t end) {
    MapElements(data + begin, data + begin, static_cast<size_t>(end - begin), fn);
  });
}

// An exponential takes many times as long as an addition.
constexpr double kExpWork = 8;

}  // namespace

void Activate(const Activation& activation, float* data, int64_t count) {
  switch (activation.kind) {
    case ActivationKind::kNone:
    case ActivationKind::kPrelu:
      return;
    case ActivationKind::kClamp:
      return MapInPlace(data, count, 1, [min = activation.min, max = activation.max](float x) {
        return vector_math::Within(x, min, max);
      });
    case ActivationKind::kElu:
      return MapInPlace(data, count, kExpWork,
                        Vectorized{[](auto x) { return vector_math::Elu(x); }});
    case ActivationKind::kLeakyRelu:
      return MapInPlace(data, count, 1,
                        [slope = activation.alpha](float x) { return x < 0 ? slope * x : x; });
    case ActivationKind::kSigmoid:
      return MapInPlace(data, count, kExpWork,
                        Vectorized{[](auto x) { return vector_math::Sigmoid(x); }});
    case ActivationKind::kTanh:
      return MapInPlace(data, count, kExpWork,
                        Vectorized{[](auto x) { return vector_math::Tanh(x); }});
    case ActivationKind::kHardSwish:
      return HardSwish(data, data, count, activation.scale);
  }
}

}  // namespace tfwasm
