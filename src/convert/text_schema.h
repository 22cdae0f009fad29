// SPDX-License-Identifier: Apache-2.0
// The messages of TensorFlow that conversion reads, for their text format.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/name_list.h"

namespace tfwasm {

struct TextField {
  int number = 0;
  // 'm' message, 's' string or bytes, 'f' float, 'd' double, 'i' integer, bool or enum.
  char kind = 'i';
  std::string_view type;  // of a message
};

// nullopt if conversion does not use the field.
std::optional<TextField> FindField(std::string_view message, std::string_view field);

// The number of a value of an enum, such as DT_FLOAT; nullopt if there is none with this name.
std::optional<int64_t> FindEnumValue(std::string_view name);

}  // namespace tfwasm
