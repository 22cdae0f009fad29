// SPDX-License-Identifier: Apache-2.0
// Checked access to common inputs and attributes: axes, sizes, counts.
#pragma once

#include <optional>
#include <vector>

#include "ops/op.h"

namespace tfwasm {

// The value of int32 input `i`, or nullopt after Defer(). Throws E_DTYPE or E_SHAPE unless it is
// int32 with one element.
std::optional<int64_t> IntOrDefer(InferContext& context, int i, std::string_view what);

// Like IntOrDefer, for an axis of a tensor of rank `rank`. Negative axes are resolved.
std::optional<int> AxisOrDefer(InferContext& context, int i, int rank);

// The axes in input `i`, with negative ones resolved, ascending; or nullopt after Defer(). Throws
// E_SHAPE for duplicates.
std::optional<std::vector<int>> AxesOrDefer(InferContext& context, int i, int rank);

// Like IntsOrDefer, for an int32 input of any rank, in row-major order.
std::optional<std::vector<int64_t>> IntsOfAnyRankOrDefer(InferContext& context, int i,
                                                         std::string_view what);

// The shape in input `i`, or nullopt after Defer(). Throws E_SHAPE for negative dimensions.
std::optional<Shape> ShapeOrDefer(InferContext& context, int i);

// For kernels: the value of an input that `infer` requested with one of the functions above.
std::vector<int64_t> KnownInts(const OpContext& context, int i);
int64_t KnownInt(const OpContext& context, int i);
int KnownAxis(const OpContext& context, int i, int rank);

// Throws E_DTYPE or E_SHAPE unless input `i` has one element of this dtype.
void ExpectScalar(const OpContext& context, int i, DType dtype, std::string_view what);
// Throws E_DTYPE or E_SHAPE unless input `i` has this dtype and shape.
void ExpectSpec(const OpContext& context, int i, DType dtype, const Shape& shape,
                std::string_view what);
// Throws E_DTYPE unless input `i` is float32 or int32.
void ExpectNumber(const OpContext& context, int i, std::string_view what);
// Throws E_DTYPE unless the inputs in [first, last) have the same dtype.
void ExpectOneDType(const OpContext& context, int first, int last);
// Throws E_SHAPE unless input `i` has at least rank `rank`.
void ExpectRankAtLeast(const OpContext& context, int i, int rank, std::string_view what);

// The number of outputs in an attribute. Throws E_ATTR or E_LIMIT.
int OutputCount(const Node& node, std::string_view attribute);

}  // namespace tfwasm
