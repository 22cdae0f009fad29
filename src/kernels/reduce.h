// SPDX-License-Identifier: Apache-2.0
// Reductions over axes of a tensor: sum, mean, product, extrema and others.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

enum class Reduction { kSum, kMean, kProd, kMax, kMin, kAll, kAny, kEuclideanNorm };

// The loops of a reduction for one dtype.
struct ReduceLoops {
  // Reduces `count` contiguous rows of `size` elements to one element each.
  void (*rows)(const void* in, int64_t count, int64_t size, int64_t divisor, void* out);
  // Reduces `size` rows of `columns` elements to one row. Rows are `inner` elements apart.
  void (*columns)(const void* in, int64_t size, int64_t inner, int64_t columns, int64_t divisor,
                  void* out);
};

// A reduction for one shape. float32 sums of blocks are added in float64, so that the error does
// not grow with the number of elements (XNNPACK's does). The results for no elements, in the order
// of Reduction: 0, NaN (0 for int32), 1, the lowest and the highest value, true, false, 0. Extrema
// are NaN if any element is.
class Reducer {
 public:
  // `axes` are ascending and non-negative. Throws E_DTYPE if the dtype does not support the
  // reduction: kAll and kAny take bool, kEuclideanNorm takes float32, the others take float32 and
  // int32.
  Reducer(Reduction reduction, DType dtype, const Shape& shape, std::span<const int> axes);

  void Run(const void* in, void* out) const;

 private:
  // Reduces [outer, size, inner] to [outer, inner]. There is one pass per group of adjacent reduced
  // axes, from the last to the first.
  struct Pass {
    void Run(const char* in, char* out, int64_t element_size) const;

    ReduceLoops loops;
    int64_t outer;
    int64_t size;
    int64_t inner;
    int64_t divisor;  // for means
  };

  void PlanPasses(Reduction reduction, DType dtype, const Shape& shape, std::span<const int> axes);

  std::vector<Pass> passes_;
  int64_t element_size_;
  int64_t roots_ = 0;  // of how many results to take the square root
};

}  // namespace tfwasm
