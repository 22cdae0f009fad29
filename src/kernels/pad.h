// SPDX-License-Identifier: Apache-2.0
// Padding a tensor.
#pragma once

#include <array>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "kernels/strided_copy.h"

namespace tfwasm {

// The padding before and after each axis.
struct PadSpec {
  std::array<int64_t, Shape::kMaxRank> before{};
  std::array<int64_t, Shape::kMaxRank> after{};
};

// Pads with a constant.
class ConstantPad {
 public:
  ConstantPad(DType dtype, const Shape& input, const PadSpec& spec);

  // `in` and `out` must not overlap, unless they are equal and there is no padding.
  void Run(const void* in, const void* value, void* out) const;

 private:
  StridedCopy copy_;
  int64_t first_ = 0;  // the output position of the input's first element
  int64_t padded_size_ = 0;
};

// Pads with a mirror image of the tensor.
class MirrorPad {
 public:
  // `repeat_edge`: true for SYMMETRIC, whose mirror image starts with the edge; false for REFLECT,
  // which starts with its neighbour. The padding must not exceed the mirror image.
  MirrorPad(DType dtype, const Shape& input, const PadSpec& spec, bool repeat_edge);

  void Run(const void* in, void* out) const;

 private:
  void CopyRow(const void* in, void* out) const;

  DType dtype_;
  int64_t edge_;
  int64_t rows_ = 1;
  // For each axis before the last padded one: the input offset of each output index.
  std::vector<std::vector<int64_t>> offsets_;
  // The last padded axis, in blocks of the inner axes.
  int64_t block_ = 1;
  int64_t size_ = 1;
  int64_t before_ = 0;
  int64_t after_ = 0;
};

}  // namespace tfwasm
