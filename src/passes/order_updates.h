// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Adds control inputs, so that a node that computes a variable's new value comes after all other
// readers of the old value, and the planner can let it overwrite the old value. Not if a reader
// depends on the new value. Passes that drop control inputs must have run before.
void OrderUpdates(Graph& graph);

}  // namespace tfwasm
