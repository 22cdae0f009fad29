// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Replaces nodes whose inputs are all constant by constants. Leaves nodes with side effects, nodes
// that fail (the error is reported if the value is needed), and nodes with large results, which are
// better computed in the arena at run time: a node may add at most 1 MB or the size of its inputs,
// all nodes together 32 MB. Returns whether the graph changed.
bool FoldConstants(Graph& graph);

// The same for graphs that are written to files: a node may add 100 KB or the size of its inputs.
bool FoldSmallConstants(Graph& graph);

}  // namespace tfwasm
