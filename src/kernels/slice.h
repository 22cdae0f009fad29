// SPDX-License-Identifier: Apache-2.0
// A strided slice of a tensor. Steps may be negative.
#pragma once

#include <array>

#include "kernels/strided_copy.h"

namespace tfwasm {

// The elements begin, begin + step, ... along each axis, `size` of them. All must be inside the
// input.
struct SliceSpec {
  std::array<int64_t, Shape::kMaxRank> begin{};
  std::array<int64_t, Shape::kMaxRank> step{};
  Shape size;  // of the input's rank
};

class Slice {
 public:
  Slice(DType dtype, const Shape& input, const SliceSpec& spec);

  // `in` points to the first element of the whole input. See StridedCopy::Run.
  void Run(const void* in, void* out) const;

 private:
  StridedCopy copy_;
  int64_t first_ = 0;  // index of the element that comes first in the output
};

}  // namespace tfwasm
