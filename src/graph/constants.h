// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"
#include "graph/weights.h"

namespace tfwasm {

// Attaches to every Const, also in functions, the weight with its name. A Const without a weight
// keeps its value from the graph. Throws E_WEIGHT_MISSING with a list of all constants without a
// value, E_SHAPE or E_DTYPE if a weight does not match the node's declaration.
void AttachConstants(ModelDef& model, const WeightMap& weights);

}  // namespace tfwasm
