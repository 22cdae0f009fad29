// SPDX-License-Identifier: Apache-2.0
// Transposition: reorders the axes of a tensor.
#pragma once

#include <cstdint>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "kernels/strided_copy.h"

namespace tfwasm {

// A transposition for one shape. Axis i of the result is axis permutation[i] of the input.
// `permutation` must be valid.
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
  // The transposition after axes of size 1 are dropped and axes that stay adjacent are merged, in
  // the order of the result's axes.
  StridedCopy strided_;
  // The axis of the result that is the input's last axis; -1 if the last axis stays last.
  int column_axis_ = -1;
};

}  // namespace tfwasm
