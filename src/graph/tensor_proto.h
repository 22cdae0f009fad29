// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/json.h"
#include "core/tensor.h"

namespace tfwasm {

struct TensorProto {
  DType dtype = DType::kInvalid;
  Shape shape;
  Tensor value;  // empty when the message has a shape with elements but no values for them
};

// Reads a TensorProto: the values as `tensorContent` or in the list of the dtype (`floatVal`, ...),
// whose last value stands for all that are missing. 64-bit integers outside int32 are clamped.
// Throws E_ATTR, E_SHAPE, E_DTYPE, E_LIMIT, or E_AMBIGUOUS when values are given twice.
TensorProto ReadTensorProto(const Json& message, std::string_view what);

// All zeros, or empty strings. Throws E_LIMIT for more than what an attribute reasonably holds.
Tensor ZeroTensor(DType dtype, const Shape& shape);

}  // namespace tfwasm
