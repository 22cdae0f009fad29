// SPDX-License-Identifier: Apache-2.0
// Tensor literals and comparisons.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "core/str_cat.h"
#include "core/tensor.h"

namespace tfwasm {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr int32_t kIntMin = std::numeric_limits<int32_t>::min();
inline constexpr int32_t kIntMax = std::numeric_limits<int32_t>::max();

// Tensor literals. F32({}, {1}) is a scalar, F32({0, 2}, {}) is empty.
inline Tensor F32(const Shape& shape, const std::vector<float>& values) {
  return Tensor::FromSpan<float>(shape, values);
}
inline Tensor I32(const Shape& shape, const std::vector<int32_t>& values) {
  return Tensor::FromSpan<int32_t>(shape, values);
}
inline Tensor Bool(const Shape& shape, std::initializer_list<int> values) {
  std::vector<uint8_t> bytes;
  for (const int value : values) bytes.push_back(value != 0 ? 1 : 0);
  return Tensor::FromSpan<uint8_t>(shape, bytes);
}
inline Tensor Strings(const Shape& shape, const std::vector<std::string>& values) {
  return Tensor::FromSpan<std::string>(shape, values);
}
inline Tensor C64(const Shape& shape, const std::vector<Complex64>& values) {
  return Tensor::FromSpan<Complex64>(shape, values);
}

// A tensor with `fn(i)` at index i, for large inputs.
template <typename F>
Tensor MakeF32(const Shape& shape, F fn) {
  Tensor tensor(DType::kFloat32, shape);
  const auto values = tensor.mutable_values<float>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(fn(i));
  return tensor;
}
template <typename F>
Tensor MakeI32(const Shape& shape, F fn) {
  Tensor tensor(DType::kInt32, shape);
  const auto values = tensor.mutable_values<int32_t>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int32_t>(fn(i));
  return tensor;
}

namespace tensor_test_internal {

inline bool IsClose(float actual, float expected, float tolerance) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual)) return actual == expected;
  return std::abs(actual - expected) <= tolerance * std::max(1.0f, std::abs(expected));
}
inline bool IsClose(Complex64 actual, Complex64 expected, float tolerance) {
  return IsClose(actual.real(), expected.real(), tolerance) &&
         IsClose(actual.imag(), expected.imag(), tolerance);
}
template <typename T>
bool IsClose(const T& actual, const T& expected, float) {
  return actual == expected;
}

inline bool IsSame(float actual, float expected) {
  if (std::isnan(expected)) return std::isnan(actual);
  return std::bit_cast<uint32_t>(actual) == std::bit_cast<uint32_t>(expected);
}
inline bool IsSame(Complex64 actual, Complex64 expected) {
  return IsSame(actual.real(), expected.real()) && IsSame(actual.imag(), expected.imag());
}
template <typename T>
bool IsSame(const T& actual, const T& expected) {
  return actual == expected;
}

inline std::string Show(const std::string& value) { return value; }
inline std::string Show(float value) {
  return std::signbit(value) && value == 0 ? "-0" : StrCat(value);
}
inline std::string Show(Complex64 value) {
  return StrCat(Show(value.real()), "+", Show(value.imag()), "i");
}
template <typename T>
std::string Show(T value) {
  return StrCat(value);
}

// Describes the first element that does not satisfy `fits`; "" if there is none.
template <typename T, typename F>
std::string Mismatch(const Tensor& actual, const Tensor& expected, F fits) {
  const auto a = actual.values<T>();
  const auto e = expected.values<T>();
  for (size_t i = 0; i < e.size(); ++i) {
    if (fits(a[i], e[i])) continue;
    return StrCat("element ", i, " of ", expected.shape(), ": expected ", Show(e[i]), ", got ",
                  Show(a[i]));
  }
  return "";
}

// Expects fits(actual, expected) for all elements.
template <typename F>
void ExpectElements(const Tensor& actual, const Tensor& expected, F fits) {
  REQUIRE(actual.dtype() == expected.dtype());
  REQUIRE(actual.shape().ToString() == expected.shape().ToString());
  const auto mismatch = [&] {
    switch (expected.dtype()) {
      case DType::kFloat32:
        return Mismatch<float>(actual, expected, fits);
      case DType::kInt32:
        return Mismatch<int32_t>(actual, expected, fits);
      case DType::kBool:
        return Mismatch<uint8_t>(actual, expected, fits);
      case DType::kString:
        return Mismatch<std::string>(actual, expected, fits);
      case DType::kComplex64:
        return Mismatch<Complex64>(actual, expected, fits);
      default:
        return std::string("the expected tensor holds no data");
    }
  };
  CHECK(mismatch() == "");
}

}  // namespace tensor_test_internal

// Expects equal dtype and shape, and elements that differ by at most tolerance * max(1,
// |expected|). NaN matches NaN.
inline void ExpectTensor(const Tensor& actual, const Tensor& expected, float tolerance = 1e-6f) {
  tensor_test_internal::ExpectElements(actual, expected, [&](const auto& a, const auto& e) {
    return tensor_test_internal::IsClose(a, e, tolerance);
  });
}

// Expects equal dtype, shape and bits: 0 does not match -0. Any NaN matches any other NaN.
inline void ExpectSameBytes(const Tensor& actual, const Tensor& expected) {
  tensor_test_internal::ExpectElements(actual, expected, [](const auto& a, const auto& e) {
    return tensor_test_internal::IsSame(a, e);
  });
}

}  // namespace tfwasm
