// SPDX-License-Identifier: Apache-2.0
// Reorders the axes of a tensor.
#pragma once

#include <cstdint>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "kernels/strided_copy.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

// A transposition made ready for one shape: axis i of the result is axis permutation[i] of the
// input. `permutation` must be one.
class Transposer {
 public:
  Transposer(DType dtype, const Shape& shape, const std::vector<int>& permutation);

  // `in` and `out` must not overlap.
  void Run(const void* in, void* out) const;

 private:
  void PrepareXnn();
  void PrepareStrided();

  DType dtype_;
  int64_t size_;
  // What is left when axes of size 1 are dropped and axes that stay together are merged.
  std::vector<int64_t> dims_;
  std::vector<int> permutation_;

  XnnOperator xnn_;
  StridedCopy strided_;
};

}  // namespace tfwasm
