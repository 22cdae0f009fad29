// SPDX-License-Identifier: Apache-2.0
// Makes a graph as small as it can be for TensorFlow.js.
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Removes Assert, CheckNumerics, Print and summaries.
void StripDebugOps(ModelDef& model);

// Removes, folds and fuses nodes of the graph and the functions, with results that TensorFlow.js
// runs, too, and replaces ops that the target lacks. `for_tfwasm`: the target is this library.
// Loops of TensorFlow 1 become While nodes. Inputs and outputs keep their values; functions that
// nothing calls are dropped.
void Simplify(ModelDef& model, bool for_tfwasm);

}  // namespace tfwasm
