// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Fuses the sum of two computed tensors and the Relu that is its only consumer into AddRelu.
// Residual networks have these; it saves a pass over memory. Returns whether the graph changed.
bool FuseAddAndRelu(Graph& graph);

}  // namespace tfwasm
