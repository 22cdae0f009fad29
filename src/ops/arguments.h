// SPDX-License-Identifier: Apache-2.0
// Checked access to what many ops take as inputs or attributes: axes, sizes, counts.
#pragma once

#include <optional>
#include <vector>

#include "ops/op.h"

namespace tfwasm {

// The value of input `i`, one int32, or nullopt after Defer().
// Throws E_DTYPE or E_SHAPE when it is not an int32 tensor with one element.
std::optional<int64_t> IntOrDefer(InferContext& context, int i, std::string_view what);

// As IntOrDefer, for an axis of a tensor of this rank, counted from the front.
std::optional<int> AxisOrDefer(InferContext& context, int i, int rank);

// The axes that input `i` lists, counted from the front, ascending, or nullopt after Defer().
// Throws E_SHAPE when one occurs twice.
std::optional<std::vector<int>> AxesOrDefer(InferContext& context, int i, int rank);

// As IntsOrDefer, for an int32 input of any rank; row-major.
std::optional<std::vector<int64_t>> IntsOfAnyRankOrDefer(InferContext& context, int i,
                                                         std::string_view what);

// The shape that input `i` lists, or nullopt after Defer(). Throws E_SHAPE when a dimension is
// negative.
std::optional<Shape> ShapeOrDefer(InferContext& context, int i);

// For kernels: the values of an input that infer asked for with one of the functions above.
std::vector<int64_t> KnownInts(const OpContext& context, int i);
int64_t KnownInt(const OpContext& context, int i);
int KnownAxis(const OpContext& context, int i, int rank);

// Throws E_DTYPE or E_SHAPE unless input `i` has one element of this dtype.
void ExpectScalar(const OpContext& context, int i, DType dtype, std::string_view what);
// Throws E_DTYPE unless input `i` is float32 or int32.
void ExpectNumber(const OpContext& context, int i, std::string_view what);
// Throws E_DTYPE unless the inputs in [first, last) have one dtype.
void ExpectOneDType(const OpContext& context, int first, int last);
// Throws E_SHAPE unless input `i` has at least this rank.
void ExpectRankAtLeast(const OpContext& context, int i, int rank, std::string_view what);

// The number of outputs that an attribute asks for. Throws E_ATTR or E_LIMIT.
int OutputCount(const Node& node, std::string_view attribute);

// Dimensions around an axis: the tensor as [outer, size, inner].
struct AxisSplit {
  AxisSplit(const Shape& shape, int axis)
      : outer(shape.Product(0, axis)),
        size(shape[axis]),
        inner(shape.Product(axis + 1, shape.rank())) {}

  int64_t outer;
  int64_t size;
  int64_t inner;
};

}  // namespace tfwasm
