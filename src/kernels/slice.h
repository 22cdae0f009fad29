// SPDX-License-Identifier: Apache-2.0
// A box cut out of a tensor, with a step along each axis, forwards or backwards.
#pragma once

#include <array>

#include "kernels/strided_copy.h"

namespace tfwasm {

// The elements begin, begin + step, ... along each axis, as many as `size` says; all of them must
// lie inside the input.
struct SliceSpec {
  std::array<int64_t, Shape::kMaxRank> begin{};
  std::array<int64_t, Shape::kMaxRank> step{};
  Shape size;  // of the input's rank
};

class Slice {
 public:
  Slice(DType dtype, const Shape& input, const SliceSpec& spec);

  // As StridedCopy::Run, for the first element of the whole input.
  void Run(const void* in, void* out) const;

 private:
  StridedCopy copy_;
  int64_t first_ = 0;  // index of the element that comes first in the output
};

}  // namespace tfwasm
