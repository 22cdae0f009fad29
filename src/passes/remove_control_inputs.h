// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Removes control inputs that enforce no order: those from nodes that have no side effects
// (stateful ops and unknown ops have) and do not depend on nodes that have. Returns whether the
// graph changed.
bool RemoveControlInputs(Graph& graph);

}  // namespace tfwasm
