// SPDX-License-Identifier: Apache-2.0
// Functions that configs name: "l2", or {"class_name": "L2", "config": {"l2": 0.1}}.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct NamedConfig {
  // Throws E_LAYER if `value` is neither a name nor an object with class_name. `kind` is for
  // messages: "initializer".
  NamedConfig(const Json& value, std::string_view kind);

  std::string_view name;
  const Json* config;  // null: no config
};

// The entry for a name in any spelling: "GlorotUniform", "glorot_uniform", "glorotUniform".
template <typename Def>
const Def* FindNamed(std::span<const Def> defs, std::string_view name) {
  const std::string snake = SnakeCase(name);
  for (const Def& def : defs) {
    if (SnakeCase(def.name) == snake) return &def;
    for (const std::string_view alias : def.aliases) {
      if (alias == name || alias == snake) return &def;
    }
  }
  return nullptr;
}

template <typename Def>
const Def& RequireNamed(std::span<const Def> defs, std::string_view name, std::string_view kind) {
  const Def* def = FindNamed(defs, name);
  if (def == nullptr) Throw(Code::kLayer, "unknown ", kind, " '", name, "'");
  return *def;
}

// Of a constraint or a regularizer: `value` names a function of a weight.
template <typename Def>
Operand ApplyNamed(std::span<const Def> defs, const Json& value, std::string_view kind,
                   const Operand& weight) {
  const NamedConfig named(value, kind);
  LayerConfig config(*named.config, Generation::kKeras3);
  return RequireNamed(defs, named.name, kind).apply(config, weight);
}

template <typename Def>
std::vector<std::string_view> NamesOf(std::span<const Def> defs) {
  std::vector<std::string_view> names;
  for (const Def& def : defs) {
    names.push_back(def.name);
    for (const std::string_view alias : def.aliases) names.push_back(alias);
  }
  return names;
}

}  // namespace tfwasm
