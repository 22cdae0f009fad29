// SPDX-License-Identifier: Apache-2.0
#include "core/str_cat.h"

#include <cmath>
#include <nlohmann/detail/conversions/to_chars.hpp>

namespace tfwasm {

// printf would add 20 KB.
std::string NumberToString(double value) {
  if (std::isnan(value)) return "NaN";
  const char* sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return StrCat(sign, "Infinity");
  if (value == 0) return StrCat(sign, "0");
  // As JavaScript does: powers of ten are written out from 1e-6 to 1e20.
  constexpr int kLeastExponent = -6;
  constexpr int kMostExponent = 21;
  constexpr size_t kMostCharacters = 32;
  namespace dtoa = nlohmann::detail::dtoa_impl;
  char text[kMostCharacters];
  int size = 0;
  int exponent = 0;
  dtoa::grisu2(text, size, exponent, std::abs(value));
  char* end = dtoa::format_buffer(text, size, exponent, kLeastExponent, kMostExponent);
  std::string digits(text, end);
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  // 1e+21 and 1e-07 become 1e21 and 1e-7.
  if (const size_t e = digits.find('e'); e != std::string::npos) {
    const bool is_large = digits[e + 1] == '+';
    if (is_large || digits[e + 2] == '0') digits.erase(e + (is_large ? 1 : 2), 1);
  }
  return sign + digits;
}

}  // namespace tfwasm
