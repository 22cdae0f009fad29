// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/broadcast.h"

namespace tfwasm {

// max(x, 0) + slope * min(x, 0): x where x >= 0, else slope * x.
class Prelu {
 public:
  // Throws E_SHAPE unless `slopes` broadcasts to `x`.
  Prelu(const Shape& x, const Shape& slopes);

  // `out` may be `x`.
  void Run(const float* x, const float* slopes, float* out) const;

 private:
  BroadcastMap map_;
  // The number of channels if each has its own slope; 0 if map_ does the work.
  int64_t channels_;
  int64_t rows_ = 0;
};

}  // namespace tfwasm
