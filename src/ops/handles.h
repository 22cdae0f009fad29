// SPDX-License-Identifier: Apache-2.0
// Tensors that hold objects: lists, arrays, tables.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "ops/op.h"

namespace tfwasm {

// A scalar that holds `object`.
Tensor MakeHandle(DType dtype, ObjectPtr object);

// The object that a scalar holds. Throws E_DTYPE unless it is of that kind.
ObjectPtr ObjectOf(const Tensor& tensor, std::string_view kind);

// As ObjectOf, for a class with a constant kKind.
template <typename T>
std::shared_ptr<T> HandleTo(const Tensor& tensor) {
  return std::static_pointer_cast<T>(ObjectOf(tensor, T::kKind));
}

// Small inputs of ops that work on whole tensors. They throw E_DTYPE or E_SHAPE.
int64_t ScalarInt(const Tensor& tensor, std::string_view what);
std::vector<int64_t> IntList(const Tensor& tensor, std::string_view what);
// Dimensions of -1 stand for any size; a scalar -1 for any shape.
Shape PartialShape(const Tensor& tensor, std::string_view what);

// Says in messages what was expected. Throws E_SHAPE or E_DTYPE.
void ExpectElement(const Tensor& element, DType dtype, const Shape& shape);

// What both `a` and `b` admit. Throws E_SHAPE when nothing does.
Shape MergeShapes(const Shape& a, const Shape& b);

// Joining and splitting along the first dimension, for lists and arrays alike.
// Throws E_SHAPE or E_DTYPE when the elements do not fit together; the shape of what there is none
// of comes from `shape`, which the elements must fit.
Tensor StackElements(std::span<const Tensor> elements, DType dtype, Shape shape);
Tensor ConcatElements(std::span<const Tensor> elements, DType dtype, Shape shape);
// Rows of `tensor`, each under its shape without the first dimension.
std::vector<Tensor> UnstackElements(const Tensor& tensor);
// Throws E_SHAPE unless `lengths` add up to the first dimension.
std::vector<Tensor> SplitElements(const Tensor& tensor, std::span<const int64_t> lengths);
// Zeros, false or "".
Tensor ZeroElement(DType dtype, const Shape& shape);

// For infer: scalars that hold objects, and outputs of which nothing but the dtype is known.
inline void SetHandle(InferContext& context, int output, DType dtype) {
  context.set_output(output, dtype, Shape());
}

}  // namespace tfwasm
