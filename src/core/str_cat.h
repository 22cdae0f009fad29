// SPDX-License-Identifier: Apache-2.0
// Concatenates values to a string, for error messages. Streams and std::format would add 100 KB.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

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
template <std::floating_point T>
void Append(std::string& out, T value) {
  out += NumberToString(value);
}

}  // namespace str_cat_internal

template <typename... Args>
std::string StrCat(const Args&... args) {
  std::string out;
  (str_cat_internal::Append(out, args), ...);
  return out;
}

}  // namespace tfwasm
