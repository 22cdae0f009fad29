// SPDX-License-Identifier: Apache-2.0
// Limits of weights.
#pragma once

#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct ConstraintDef {
  std::string_view name;  // the class name
  NameList aliases = {};  // names in snake case that are not that of the class
  Operand (*apply)(LayerConfig& config, Operand w) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_CONSTRAINT TFWASM_REGISTER_FOR_TRAINING(constraints) constexpr ConstraintDef

// The weight that is allowed. `constraint`: a name, or an object with class_name and config. Throws
// E_LAYER if there is no such constraint, or its config does not fit.
Operand ApplyConstraint(const Json& constraint, Operand w);

std::vector<std::string_view> RegisteredConstraints();

}  // namespace tfwasm
