// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Computes every node whose inputs are all constant and puts constants in its place. Nodes that
// have an effect stay, as do nodes that fail (so that the error comes when the value is asked for)
// and nodes whose results are so large that they had better be computed in a run, where memory is
// reused: a single node makes at most 1 MB or as much as its inputs hold, and all nodes together
// 32 MB. Returns whether the graph changed.
bool FoldConstants(Graph& graph);

}  // namespace tfwasm
