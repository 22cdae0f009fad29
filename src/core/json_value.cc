// SPDX-License-Identifier: Apache-2.0
#include "core/json_value.h"

namespace tfwasm {

std::string WriteJson(const JsonValue& value) {
  return value.dump(-1, ' ', false, JsonValue::error_handler_t::replace);
}

}  // namespace tfwasm
