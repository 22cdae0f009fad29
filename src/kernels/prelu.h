// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/repeated_operand.h"

namespace tfwasm {

// x where x >= 0, else slope * x.
class Prelu {
 public:
  // Throws E_SHAPE unless `slopes` broadcasts to `x`.
  Prelu(const Shape& x, const Shape& slopes) : slopes_(slopes, x), count_(x.NumElements()) {}

  // `out` may be `x`.
  void Run(const float* x, const float* slopes, float* out) const;

 private:
  RepeatedOperand slopes_;
  int64_t count_;
};

}  // namespace tfwasm
