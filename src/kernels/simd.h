// SPDX-License-Identifier: Apache-2.0
// SIMD vectors of 128 bits, and unaligned loads and stores.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>

namespace tfwasm {

template <typename T>
using VectorOf [[gnu::vector_size(16)]] = T;

using FloatVector = VectorOf<float>;
inline constexpr size_t kFloatLanes = sizeof(FloatVector) / sizeof(float);

// `T` is a vector or a scalar.
template <typename T>
inline T Load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <typename T>
inline void Store(T value, void* to) {
  std::memcpy(to, &value, sizeof(T));
}

// A T, scalar or vector, with all elements equal to this number.
template <typename T, typename Number>
inline T All(Number number) {
  return number - T{};
}

// a * b + sum. The product may be rounded, or not (fused multiply-add).
template <std::floating_point T>
inline T MultiplyAdd(T a, T b, T sum) {
  return a * b + sum;
}
inline VectorOf<float> MultiplyAdd(VectorOf<float> a, VectorOf<float> b, VectorOf<float> sum) {
#ifdef __wasm_relaxed_simd__
  return __builtin_wasm_relaxed_madd_f32x4(a, b, sum);
#else
  return a * b + sum;
#endif
}

}  // namespace tfwasm
