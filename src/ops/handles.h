// SPDX-License-Identifier: Apache-2.0
// Helpers for tensors that hold objects: lists, arrays, tables.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "ops/op.h"

namespace tfwasm {

// A scalar tensor with `object`.
Tensor MakeHandle(DType dtype, ObjectPtr object);

// The object in a scalar tensor. Throws E_DTYPE if it has another kind.
ObjectPtr ObjectOf(const Tensor& tensor, std::string_view kind);

// Like ObjectOf, for a class with a constant kKind.
template <typename T>
std::shared_ptr<T> HandleTo(const Tensor& tensor) {
  return std::static_pointer_cast<T>(ObjectOf(tensor, T::kKind));
}

// Readers of small inputs, for ops on tensors. Throw E_DTYPE or E_SHAPE.
int64_t ScalarInt(const Tensor& tensor, std::string_view what);
std::vector<int64_t> IntList(const Tensor& tensor, std::string_view what);
// A dimension of -1 is unknown. A scalar -1 means unknown rank.
Shape PartialShape(const Tensor& tensor, std::string_view what);

// Throws E_SHAPE or E_DTYPE unless `element` matches; the message says what was expected.
void ExpectElement(const Tensor& element, DType dtype, const Shape& shape);

// The shape that both `a` and `b` admit. Throws E_SHAPE if there is none.
Shape MergeShapes(const Shape& a, const Shape& b);

// Stacking and splitting along the first dimension, for lists and arrays. Throw E_SHAPE or E_DTYPE
// if elements do not match each other or `shape`. Without elements, `shape` determines the shape.
Tensor StackElements(std::span<const Tensor> elements, DType dtype, Shape shape);
Tensor ConcatElements(std::span<const Tensor> elements, DType dtype, Shape shape);
// The rows of `tensor`, without the first dimension.
std::vector<Tensor> UnstackElements(const Tensor& tensor);
// Throws E_SHAPE unless `lengths` add up to the first dimension.
std::vector<Tensor> SplitElements(const Tensor& tensor, std::span<const int64_t> lengths);
// A tensor of zeros, false or "".
Tensor ZeroElement(DType dtype, const Shape& shape);

// For infer: outputs that are scalar handles, and outputs with only a known dtype.
inline void SetHandle(InferContext& context, int output, DType dtype) {
  context.set_output(output, dtype, Shape());
}

}  // namespace tfwasm
