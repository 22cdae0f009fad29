// SPDX-License-Identifier: Apache-2.0
// The case of ASCII letters, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace tfwasm {

inline char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ToLower(x) == ToLower(y); });
}

}  // namespace tfwasm
