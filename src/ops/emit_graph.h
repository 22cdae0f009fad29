// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/builder.h"

namespace tfwasm {

// Applies the ops that the outputs of a graph need, to `inputs` (one for each of graph.inputs), and
// returns the outputs. `weights` replace the constants with these names. Throws E_OP for control
// flow and functions, and what the ops throw; errors name the node.
std::vector<Operand> EmitGraph(const Graph& graph, Builder& builder,
                               const std::vector<Operand>& inputs,
                               const std::map<std::string, Operand>& weights);

}  // namespace tfwasm
