// SPDX-License-Identifier: Apache-2.0
// Copies between arrays whose elements lie at regular distances: the general case behind
// transposing, slicing with steps and padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/shape.h"

namespace tfwasm {

struct StridedCopy {
  Shape shape;                                      // of what is copied
  std::array<int64_t, Shape::kMaxRank> in_strides;  // in elements; zero and negative are fine
  std::array<int64_t, Shape::kMaxRank> out_strides;
  size_t element_size = 1;

  // `in` and `out` point to the element with all indices zero. They must not overlap.
  void Run(const void* in, void* out) const;
};

}  // namespace tfwasm
