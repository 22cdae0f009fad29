// SPDX-License-Identifier: Apache-2.0
// XNNPACK's functions of single float32 elements.
#pragma once

#include <cstdint>

#include "kernels/xnn_operator.h"

namespace tfwasm {

class XnnUnary {
 public:
  // For `size` elements.
  XnnUnary(xnn_unary_operator function, int64_t size);

  // `out` may be `in`.
  void Run(const float* in, float* out) const;

 private:
  XnnOperator op_;
  int64_t size_;
};

}  // namespace tfwasm
