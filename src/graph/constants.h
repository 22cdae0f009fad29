// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"
#include "graph/weights.h"

namespace tfwasm {

// Gives every Const, also those in functions, the weight of its name; a Const without one keeps
// the value that the graph itself gave it. Throws E_WEIGHT_MISSING that lists all constants without
// a value, E_SHAPE or E_DTYPE when a weight is not what its node declares.
void AttachConstants(ModelDef& model, const WeightMap& weights);

}  // namespace tfwasm
