// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Replaces loops of Enter, Merge, Switch, LoopCond, NextIteration and Exit by one While node and
// two new functions each, inner loops first. Outer constants become constants of the functions.
// Throws E_EDGE, naming the loop, if a loop does not have the form of tf.while_loop, and E_INPUT if
// an output of the graph is inside a loop. Leaves a graph without loops unchanged.
void FunctionalizeLoops(Graph& graph, FunctionMap& functions);

}  // namespace tfwasm
