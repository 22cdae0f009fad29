// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Removes nodes that no output depends on, by data or control inputs. Keeps fed nodes. Returns
// whether the graph changed.
bool RemoveDeadNodes(Graph& graph);

}  // namespace tfwasm
