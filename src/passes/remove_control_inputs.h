// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Removes control inputs that order nothing: those from nodes that neither have an effect (stateful
// ops, and ops unknown here) nor come after one that has. Returns whether any went.
bool RemoveControlInputs(Graph& graph);

}  // namespace tfwasm
