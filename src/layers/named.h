// SPDX-License-Identifier: Apache-2.0
// Functions that configs name: "l2", or {"class_name": "L2", "config": {"l2": 0.1}}.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/name_list.h"
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

// The names of an entry.
struct Names {
  std::string_view name;
  NameList aliases;
};

// The index of the entry for a name in any spelling, of `count` entries whose names `names_at`
// gives; -1 if there is none.
int64_t IndexOfName(std::string_view name, const void* defs, size_t count,
                    Names (*names_at)(const void* defs, size_t i));

// The entry for a name in any spelling: "GlorotUniform", "glorot_uniform", "glorotUniform".
template <typename Def>
const Def* FindNamed(std::span<const Def> defs, std::string_view name) {
  const int64_t i =
      IndexOfName(name, defs.data(), defs.size(), [](const void* all, size_t at) -> Names {
        const Def& def = static_cast<const Def*>(all)[at];
        return {def.name, def.aliases};
      });
  return i < 0 ? nullptr : &defs[static_cast<size_t>(i)];
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
