// SPDX-License-Identifier: Apache-2.0
// Putting a border around a tensor.
#pragma once

#include <array>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "kernels/strided_copy.h"

namespace tfwasm {

// How many elements come before and after the tensor along each axis.
struct PadSpec {
  std::array<int64_t, Shape::kMaxRank> before{};
  std::array<int64_t, Shape::kMaxRank> after{};
};

// Fills the border with one value.
class ConstantPad {
 public:
  ConstantPad(DType dtype, const Shape& input, const PadSpec& spec);

  // `in` and `out` must not overlap, unless they are equal and there is no border.
  void Run(const void* in, const void* value, void* out) const;

 private:
  StridedCopy copy_;
  int64_t first_ = 0;  // the place of the input's first element
  int64_t padded_size_ = 0;
};

// Fills the border with a mirror image of the tensor.
class MirrorPad {
 public:
  // `repeat_edge`: the first element outside is the edge itself (SYMMETRIC), not its neighbour
  // (REFLECT). The borders must not be wider than the mirror image.
  MirrorPad(DType dtype, const Shape& input, const PadSpec& spec, bool repeat_edge);

  void Run(const void* in, void* out) const;

 private:
  void CopyRow(const void* in, void* out) const;

  DType dtype_;
  int64_t edge_;
  int64_t rows_ = 1;
  // By axis in front of the last padded one: where each index of the output comes from, in
  // elements of the input.
  std::vector<std::vector<int64_t>> offsets_;
  // The last padded axis, in blocks of the axes behind it.
  int64_t block_ = 1;
  int64_t size_ = 1;
  int64_t before_ = 0;
  int64_t after_ = 0;
};

}  // namespace tfwasm
