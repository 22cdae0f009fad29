// SPDX-License-Identifier: Apache-2.0
// The element types of tensors. Their numbers cross the JS boundary.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tfwasm {

// Part of the JS boundary (js/tensor/dtype.ts): never renumber.
enum class DType : uint8_t {
  kFloat32 = 0,
  kInt32 = 1,
  kBool = 2,  // one byte, 0 or 1
  kString = 3,
  kComplex64 = 4,  // interleaved re, im
  // Handles: the elements are objects (core/object.h). They never leave the core.
  kResource = 5,
  kVariant = 6,
  kInvalid = 255,  // a TensorFlow type without a counterpart here
};

using Complex64 = std::complex<float>;

// Whether the elements are objects rather than data.
constexpr bool IsHandle(DType dtype) {
  return dtype == DType::kResource || dtype == DType::kVariant;
}

// Bytes per element in memory. For kString that is std::string, for handles ObjectPtr.
size_t ElementSize(DType dtype);

// "float32", "int32", "bool", "string", "complex64", "resource", "variant", or "invalid".
std::string_view DTypeName(DType dtype);

// The dtype with this name in weight specs and in the JS API; not for handles.
std::optional<DType> ParseDType(std::string_view name);

// The dtype for a TensorFlow DataType name ("DT_INT64"). Floats map to float32, integers that fit
// to int32, others to kInvalid.
DType FromTensorFlowType(std::string_view name);

// DTypeOf<float>() == DType::kFloat32, and so on.
template <typename T>
constexpr DType DTypeOf();
template <>
constexpr DType DTypeOf<float>() {
  return DType::kFloat32;
}
template <>
constexpr DType DTypeOf<int32_t>() {
  return DType::kInt32;
}
template <>
constexpr DType DTypeOf<bool>() {
  return DType::kBool;
}
template <>
constexpr DType DTypeOf<uint8_t>() {
  return DType::kBool;
}
template <>
constexpr DType DTypeOf<std::string>() {
  return DType::kString;
}
template <>
constexpr DType DTypeOf<Complex64>() {
  return DType::kComplex64;
}

}  // namespace tfwasm
