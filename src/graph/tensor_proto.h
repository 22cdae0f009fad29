// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/tensor.h"

namespace tfwasm {

struct TensorProto {
  DType dtype = DType::kInvalid;
  Shape shape;
  Tensor value;  // empty if the shape has elements but the message has no values
};

// Reads a TensorProto, with its values in `tensorContent` or in the field of the dtype (`floatVal`,
// ...). The last value is repeated for missing ones. Clamps 64-bit integers to int32. Throws
// E_ATTR, E_SHAPE, E_DTYPE, E_LIMIT, or E_AMBIGUOUS if both fields are given.
TensorProto ReadTensorProto(const Json& message, std::string_view what);

// A tensor of this shape and TensorFlow type ("DT_HALF") from its elements in row-major order,
// little endian. Converts them to the dtype of the core; clamps 64-bit integers to int32. Throws
// E_ATTR for a wrong number of bytes and types without such a form.
Tensor DecodeElements(std::string_view bytes, std::string_view type, const Shape& shape);

// A tensor of `values`. Repeats the last value to fill the tensor. Throws E_ATTR if there are too
// many, and E_LIMIT if few values ask for much memory.
template <typename T>
Tensor ExpandValues(const Shape& shape, const std::vector<T>& values);

// All zeros or empty strings. Throws E_LIMIT if larger than any reasonable attribute.
Tensor ZeroTensor(DType dtype, const Shape& shape);

}  // namespace tfwasm
