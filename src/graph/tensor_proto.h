// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

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

// All zeros or empty strings. Throws E_LIMIT if larger than any reasonable attribute.
Tensor ZeroTensor(DType dtype, const Shape& shape);

}  // namespace tfwasm
