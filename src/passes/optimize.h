// SPDX-License-Identifier: Apache-2.0
// The passes, in the order in which they run.
#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"

namespace tfwasm {

struct Pass {
  std::string_view name;
  // Rewrites the graph in place, and returns whether it changed. Outputs keep their names and
  // values; ids of nodes stay valid, though a node may have been removed.
  bool (*run)(Graph&);
};

std::span<const Pass> AllPasses();

// Runs all passes until none finds anything more to do, then drops what was removed: ids of nodes
// held elsewhere become invalid. The graph's inputs and outputs stay the same, by name and value.
// Malformed nodes are left as they are. Throws E_CYCLE.
void Optimize(Graph& graph);

}  // namespace tfwasm
