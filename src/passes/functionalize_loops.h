// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Turns every loop that is made of Enter, Merge, Switch, LoopCond, NextIteration and Exit into one
// While node and two new functions, inner loops first. Values of outer constants become constants
// of the functions. Throws E_EDGE that names a loop of another form than that of tf.while_loop, and
// E_INPUT when an output of the graph is inside a loop. A graph without loops is left as it is.
void FunctionalizeLoops(Graph& graph, FunctionMap& functions);

}  // namespace tfwasm
