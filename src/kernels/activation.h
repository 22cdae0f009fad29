// SPDX-License-Identifier: Apache-2.0
// Activation functions that are fused into another op and applied to its output in place.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/hard_swish.h"

namespace tfwasm {

enum class ActivationKind {
  kNone,
  kClamp,
  kElu,
  kLeakyRelu,
  kPrelu,  // applied by the op that has the slopes
  kSigmoid,
  kTanh,
  kHardSwish,
};

struct Activation {
  ActivationKind kind = ActivationKind::kNone;
  // For kClamp; unbounded for the other kinds.
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  // The slope of kLeakyRelu.
  float alpha = 0;
  // The factor of kHardSwish.
  float scale = kHardSwishScale;

  // Whether XNNPACK's operators can do this clamp.
  bool IsFusable() const { return min < max; }
};

// Applies the activation to `count` elements in place. NaN stays NaN. kNone and kPrelu do nothing.
void Activate(const Activation& activation, float* data, int64_t count);

}  // namespace tfwasm
