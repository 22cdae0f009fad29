// SPDX-License-Identifier: Apache-2.0
#include "core/json_value.h"

namespace tfwasm {

const JsonValue* FindMember(const JsonValue& value, std::string_view key) {
  // The library's iterators take more code.
  const auto* object = value.get_ptr<const JsonValue::object_t*>();
  if (object == nullptr) return nullptr;
  for (const auto& [name, member] : *object) {
    if (name == key) return &member;
  }
  return nullptr;
}

std::string WriteJson(const JsonValue& value) {
  return value.dump(-1, ' ', false, JsonValue::error_handler_t::replace);
}

}  // namespace tfwasm
