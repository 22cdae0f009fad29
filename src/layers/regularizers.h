// SPDX-License-Identifier: Apache-2.0
// Penalties on weights.
#pragma once

#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct RegularizerDef {
  std::string_view name;  // the class name
  NameList aliases = {};  // names in snake case that are not that of the class
  Operand (*apply)(LayerConfig& config, Operand x) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_REGULARIZER TFWASM_REGISTER_FOR_TRAINING(regularizers) constexpr RegularizerDef

// The penalty, a scalar. `regularizer`: a name, or an object with class_name and config. Throws
// E_LAYER if there is no such regularizer, or its config does not fit.
Operand ApplyRegularizer(const Json& regularizer, Operand x);

std::vector<std::string_view> RegisteredRegularizers();

}  // namespace tfwasm
