// SPDX-License-Identifier: Apache-2.0
#include "core/str_cat.h"

#include <cstdio>
#include <cstdlib>

namespace tfwasm {

std::string NumberToString(double value) {
  char text[32];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

}  // namespace tfwasm
