// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// If a node computes the same as an earlier one (same op, attributes and inputs, no side effects),
// its consumers read the earlier one instead. Equal small constants are merged too. The later nodes
// are left without consumers. Returns whether the graph changed.
bool EliminateCommonSubexpressions(Graph& graph);

}  // namespace tfwasm
