// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Removes every node that no output needs, neither for its value nor as a control input. Nodes
// that are fed stay, needed or not. Returns whether any node went.
bool RemoveDeadNodes(Graph& graph);

}  // namespace tfwasm
