// SPDX-License-Identifier: Apache-2.0
// The list of passes and its order.
#pragma once

#include <span>
#include <string_view>

#include "graph/graph.h"

namespace tfwasm {

struct Pass {
  std::string_view name;
  // Rewrites the graph in place and returns whether it changed. Outputs keep their names and
  // values. Node ids stay valid, but nodes may be removed.
  bool (*run)(Graph&);
};

std::span<const Pass> AllPasses();

// Runs the passes in order, again and again, until none changes the graph. Inputs and outputs keep
// their names and values, nodes their ids. Throws E_CYCLE.
void RunPasses(Graph& graph, std::span<const Pass> passes);

// Runs all passes until none changes the graph, then compacts it, which invalidates node ids.
// Inputs and outputs keep their names and values. Leaves malformed nodes as they are. Throws
// E_CYCLE.
void Optimize(Graph& graph);

}  // namespace tfwasm
