// SPDX-License-Identifier: Apache-2.0
// Reorders the axes of a tensor.
#pragma once

#include <cstdint>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "kernels/strided_copy.h"

namespace tfwasm {

// A transposition made ready for one shape: axis i of the result is axis permutation[i] of the
// input. `permutation` must be one.
class Transposer {
 public:
  Transposer(DType dtype, const Shape& shape, const std::vector<int>& permutation);

  // `in` and `out` must not overlap.
  void Run(const void* in, void* out) const;

 private:
  template <typename T>
  void RunTiles(const T* in, T* out) const;

  DType dtype_;
  int64_t size_;
  // What is left when axes of size 1 are dropped and axes that stay together are merged, by the
  // result's axes.
  StridedCopy strided_;
  // The axis of the result that is the input's last one, unless it is the last of both.
  int column_axis_ = -1;
};

}  // namespace tfwasm
