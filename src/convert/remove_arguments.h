// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Removes arguments that no function of an If, Case or While uses, with the variables of loops that
// only pass an argument on. Readers of such a variable's result read the argument instead.
void RemoveUnusedArguments(ModelDef& model);

}  // namespace tfwasm
