// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Lets the consumers of a node that computes the same as an earlier one (same op, attributes and
// inputs, no effect) read the earlier one instead; equal small constants become one. The later
// nodes are left without consumers. Returns whether the graph changed.
bool EliminateCommonSubexpressions(Graph& graph);

}  // namespace tfwasm
