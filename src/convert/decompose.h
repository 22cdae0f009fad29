// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Replaces ops that TensorFlow.js lacks by ops that it has, with the same results. Without
// `for_tfwasm`, also those that only this library has. Nodes keep their names and outputs. Returns
// whether the graph changed.
bool DecomposeOps(Graph& graph, bool for_tfwasm);

}  // namespace tfwasm
