// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Makes one AddRelu of a sum of two computed tensors and the Relu that alone reads it, as residual
// networks have them: one pass over memory less. Returns whether the graph changed.
bool FuseAddAndRelu(Graph& graph);

}  // namespace tfwasm
