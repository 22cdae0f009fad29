// SPDX-License-Identifier: Apache-2.0
// Dispatch from a dtype to a C++ type.
#pragma once

#include <string>

#include "core/dtype.h"
#include "core/error.h"

namespace tfwasm {

template <typename T>
struct TypeTag {
  using type = T;
};

// Calls visit(TypeTag<T>()) with the element type of `dtype`. Bool elements are visited as uint8_t,
// since a byte from a file that is neither 0 nor 1 is not a valid `bool`.
template <typename F>
decltype(auto) VisitType(DType dtype, F visit) {
  switch (dtype) {
    case DType::kFloat32:
      return visit(TypeTag<float>());
    case DType::kInt32:
      return visit(TypeTag<int32_t>());
    case DType::kBool:
      return visit(TypeTag<uint8_t>());
    case DType::kString:
      return visit(TypeTag<std::string>());
    case DType::kComplex64:
      return visit(TypeTag<Complex64>());
    default:
      Throw(Code::kDType, "expected data, got ", dtype);
  }
}

// Like VisitType, for the dtypes with order and arithmetic.
template <typename F>
decltype(auto) VisitNumber(DType dtype, F visit) {
  switch (dtype) {
    case DType::kFloat32:
      return visit(TypeTag<float>());
    case DType::kInt32:
      return visit(TypeTag<int32_t>());
    default:
      Throw(Code::kDType, "expected float32 or int32, got ", dtype);
  }
}

}  // namespace tfwasm
