// SPDX-License-Identifier: Apache-2.0
// Short forms of ops that layers use.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

Operand Unary(const char* op, const Operand& x);
// The inputs are not converted.
Operand Binary(const char* op, const Operand& a, const Operand& b);
// A scalar constant of the dtype of x.
Operand NumberLike(const Operand& x, float value);
// min(max(x, low), high).
Operand Clip(const Operand& x, float low, float high);
// By the op of this name, such as Max.
Operand Reduce(const char* op, const Operand& x, const std::vector<int>& axes, bool keep_dims);
Operand Mean(const Operand& x, const std::vector<int>& axes, bool keep_dims);
// Of all elements.
Operand SumAll(const Operand& x);
Operand Concat(const std::vector<Operand>& parts, int axis);
// With an axis of size 1 at this place, which may be counted from the end.
Operand ExpandDims(const Operand& x, int axis);
// Without this axis, whose size is 1; -1 is the last.
Operand Squeeze(const Operand& x, int64_t axis);
// With another shape, in which one size may be -1, or 0 for that of x.
Operand ReshapeTo(const Operand& x, std::initializer_list<int64_t> sizes);
// A constant vector.
Operand Numbers(Builder& builder, std::span<const float> values);
// The slices at these positions along an axis.
Operand Gather(const Operand& x, const Operand& positions, int axis);
// The boolean mask of the leading axes of a tensor of this rank, so that it broadcasts to it.
Operand ExpandMask(Operand mask, int rank);
// Along one axis: [begin, begin + size).
Operand Slice(const Operand& x, int axis, int64_t begin, int64_t size);

// x / |x| along these axes. The sum of squares counts as at least `least`.
Operand Normalized(const Operand& x, const std::vector<int>& axes, float least);
// The least sum of squares when Keras normalizes vectors.
inline float LeastSquareSum(Generation generation) {
  return generation == Generation::kKeras2 ? 1e-12f : 1e-24f;
}

Operand EluOf(const Operand& x, float alpha);
Operand LeakyReluOf(const Operand& x, float alpha);
// Keras 2: clip(0.2 x + 0.5, 0, 1); Keras 3: relu6(x + 3) / 6.
Operand HardSigmoidOf(const Operand& x, Generation generation);
Operand GeluOf(const Operand& x, bool approximate);

}  // namespace tfwasm
