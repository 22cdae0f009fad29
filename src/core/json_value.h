// SPDX-License-Identifier: Apache-2.0
// JSON for writing.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tfwasm {

// Objects keep the order of insertion. Start them with JsonValue::object() and lists with
// JsonValue::array(): a null that becomes one is left invalid if there is no memory. They allocate
// memory when they are destroyed, so they must not be used where memory may be short.
using JsonValue = nlohmann::ordered_json;

// The member of an object; nullptr if it is absent, or if this is not an object.
const JsonValue* FindMember(const JsonValue& value, std::string_view key);

// `value` as JSON text without spaces. Numbers parse to the same value, except that those that are
// not finite become null. Invalid UTF-8 becomes U+FFFD.
std::string WriteJson(const JsonValue& value);

}  // namespace tfwasm
