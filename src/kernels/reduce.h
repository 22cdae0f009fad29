// SPDX-License-Identifier: Apache-2.0
// Sums, products, extrema and the like over axes of a tensor.
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
  // Reduces `count` rows of `size` elements, one behind the other, to one element each.
  void (*rows)(const void* in, int64_t count, int64_t size, int64_t divisor, void* out);
  // Reduces `size` rows of a few columns, `inner` elements apart, to one such row.
  void (*columns)(const void* in, int64_t size, int64_t inner, int64_t columns, int64_t divisor,
                  void* out);
};

// A reduction made ready for one shape. Sums of float32 are kept in float64 from block to block,
// so that their error does not grow with the number of elements (XNNPACK's does). Over no elements
// at all the results are 0, NaN (0 for int32), 1, the lowest and highest value, true, false and 0.
// Extrema are NaN when any element is.
class Reducer {
 public:
  // `axes` ascend and are counted from the front. Throws E_DTYPE when the reduction is not defined
  // for the dtype: it is for float32 and int32, but kAll and kAny for bool only and kEuclideanNorm
  // for float32 only.
  Reducer(Reduction reduction, DType dtype, const Shape& shape, std::span<const int> axes);

  void Run(const void* in, void* out) const;

 private:
  // Reduces [outer, size, inner] to [outer, inner]; one for each group of adjacent reduced axes,
  // from the last to the first.
  struct Pass {
    void Run(const char* in, char* out, int64_t element_size) const;

    ReduceLoops loops;
    int64_t outer;
    int64_t size;
    int64_t inner;
    int64_t divisor;  // of the results
  };

  void PlanPasses(Reduction reduction, DType dtype, const Shape& shape, std::span<const int> axes);

  std::vector<Pass> passes_;
  int64_t element_size_;
  int64_t roots_ = 0;  // of how many results to take the square root
};

}  // namespace tfwasm
