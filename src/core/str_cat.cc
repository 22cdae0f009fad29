// SPDX-License-Identifier: Apache-2.0
#include "core/str_cat.h"

#include <cmath>

#include "core/json_value.h"

namespace tfwasm {

std::string NumberToString(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = WriteJson(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace tfwasm
