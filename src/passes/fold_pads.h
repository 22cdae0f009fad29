// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Folds constant zero padding of height and width into the explicit padding of the convolutions
// that read it. Leaves convolutions with SAME padding, whose padding depends on the input's size.
// Returns whether the graph changed.
bool FoldPads(Graph& graph);

}  // namespace tfwasm
