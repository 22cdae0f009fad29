// SPDX-License-Identifier: Apache-2.0
#include "layers/named.h"

namespace tfwasm {

NamedConfig::NamedConfig(const Json& value, std::string_view kind) {
  static constexpr Json kNone;
  config = &kNone;
  if (const std::string_view* text = value.AsString()) {
    name = *text;
    return;
  }
  const Json* class_name = value.Find("class_name");
  const std::string_view* text = class_name == nullptr ? nullptr : class_name->AsString();
  if (text == nullptr)
    Throw(Code::kLayer, "expected the name of a ", kind, ", got ", value.KindName());
  name = *text;
  if (const Json* given = value.Find("config")) config = given;
  // A function by name: {"class_name": "function", "config": "relu"}.
  const std::string_view* function = config->AsString();
  if (function == nullptr) return;
  name = *function;
  config = &kNone;
}

int64_t IndexOfName(std::string_view name, const void* defs, size_t count,
                    Names (*names_at)(const void* defs, size_t i)) {
  const std::string snake = SnakeCase(name);
  for (size_t i = 0; i < count; ++i) {
    const Names names = names_at(defs, i);
    bool is_same = SnakeCase(names.name) == snake;
    for (const std::string_view alias : names.aliases) is_same |= alias == name || alias == snake;
    if (is_same) return static_cast<int64_t>(i);
  }
  return -1;
}

}  // namespace tfwasm
