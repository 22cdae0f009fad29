// SPDX-License-Identifier: Apache-2.0
// Activation functions that follow another operation and are applied to its result in place.
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
  kPrelu,  // applied by whoever has the slopes
  kSigmoid,
  kTanh,
  kHardSwish,
};

struct Activation {
  ActivationKind kind = ActivationKind::kNone;
  // kClamp; unbounded for all others.
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
  // The slope of kLeakyRelu.
  float alpha = 0;
  // The factor of kHardSwish.
  float scale = kHardSwishScale;

  // Whether XNNPACK's operators can clamp to [min, max] on their own.
  bool IsFusable() const { return min < max; }
};

// Applies the activation to `count` elements in place. NaN stays NaN. kNone and kPrelu do nothing.
void Activate(const Activation& activation, float* data, int64_t count);

}  // namespace tfwasm
