// SPDX-License-Identifier: Apache-2.0
// Concatenates values to a string, for error messages. Streams and std::format would add 100 KB.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

// A short decimal text that parses to the same double.
std::string NumberToString(double value);

namespace str_cat_internal {

inline void Append(std::string& out, std::string_view text) { out += text; }
inline void Append(std::string& out, const char* text) { out += text; }
inline void Append(std::string& out, const std::string& text) { out += text; }
inline void Append(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void Append(std::string& out, char value) { out += value; }
inline void Append(std::string& out, const Shape& shape) { out += shape.ToString(); }
inline void Append(std::string& out, DType dtype) { out += DTypeName(dtype); }
template <std::integral T>
void Append(std::string& out, T value) {
  out += std::to_string(value);
}
inline void Append(std::string& out, double value) { out += NumberToString(value); }

// How an argument of type T is passed on. Few types, since each combination of them is compiled:
// literals are pointers, whatever their length.
template <typename T>
struct Passed {
  using Type = const T&;
};
template <size_t n>
struct Passed<char[n]> {
  using Type = const char*;
};
template <std::floating_point T>
struct Passed<T> {
  using Type = double;
};
template <std::signed_integral T>
struct Passed<T> {
  using Type = int64_t;
};
template <std::unsigned_integral T>
struct Passed<T> {
  using Type = uint64_t;
};
template <>
struct Passed<bool> {
  using Type = bool;
};
template <>
struct Passed<char> {
  using Type = char;
};

template <typename... Args>
std::string Concat(Args... args) {
  std::string out;
  (Append(out, args), ...);
  return out;
}

}  // namespace str_cat_internal

template <typename... Args>
[[gnu::always_inline]] inline std::string StrCat(const Args&... args) {
  return str_cat_internal::Concat<typename str_cat_internal::Passed<Args>::Type...>(args...);
}

}  // namespace tfwasm
