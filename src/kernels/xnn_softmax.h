// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/xnn_operator.h"

namespace tfwasm {

// Softmax of `rows` rows of `columns` elements, both at least 1, by XNNPACK.
class XnnSoftmax {
 public:
  XnnSoftmax(int64_t rows, int64_t columns);
  // `out` may be `in`.
  void Run(const float* in, float* out) const;

 private:
  XnnOperator op_;
  double work_;
};

}  // namespace tfwasm
