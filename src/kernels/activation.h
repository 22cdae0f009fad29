// SPDX-License-Identifier: Apache-2.0
// Activation functions that are fused into another op and applied to its output.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/map_elements.h"

namespace tfwasm {

struct Activation {
  // The loop, and the function object that it runs; nullptr for no activation.
  const MapLoop* loop = nullptr;
  alignas(float) std::array<std::byte, 2 * sizeof(float)> function = {};
  // The cost of an element, in additions.
  double work = 1;
  // For clamps; unbounded for other functions.
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  bool IsClamp() const { return min > Activation().min || max < Activation().max; }
  // Whether XNNPACK's operators can do this clamp.
  bool IsFusable() const { return min < max; }
};

// `function` maps a float to a float, and NaN to NaN.
template <typename F>
Activation MakeActivation(const F& function, double work) {
  static_assert(std::is_trivially_copyable_v<F> && sizeof(F) <= sizeof(Activation::function));
  static constexpr MapLoop kLoop = MapLoopOf<F, float, float>();
  Activation activation{.loop = &kLoop, .work = work};
  std::memcpy(activation.function.data(), &function, sizeof(F));
  return activation;
}

// min(max(x, min), max).
Activation MakeClamp(float min, float max);

// `out` may be `in`. `activation` must have a loop.
void Activate(const Activation& activation, const float* in, float* out, int64_t count);

}  // namespace tfwasm
