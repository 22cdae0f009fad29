// SPDX-License-Identifier: Apache-2.0
// Copies between strided arrays: the general case of transposition, slicing and concatenation.
#pragma once

#include <array>
#include <cstdint>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

struct StridedCopy {
  DType dtype = DType::kFloat32;
  Shape shape;                                        // of what is copied
  std::array<int64_t, Shape::kMaxRank> in_strides{};  // in elements; zero and negative are fine
  std::array<int64_t, Shape::kMaxRank> out_strides{};

  // `in` and `out` point to the element with all indices zero. They must not overlap, unless they
  // and their strides are equal.
  void Run(const void* in, void* out) const;
};

// Copies `rows` rows of `columns` elements. `in_step` and `out_step` are the distances of the rows
// in elements.
void CopyRows(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
              int64_t rows, int64_t columns);

}  // namespace tfwasm
