// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "graph/model_def.h"

namespace tfwasm {

// Replaces calls of functions in the graph by the functions' nodes, whose names get the name of the
// call as prefix, and If and Case with a constant condition by the branch that is taken. Does the
// same in all functions that the graph leads to. Returns whether anything was inlined. Throws
// E_LIMIT if functions call each other in a circle, E_ATTR for a function that does not exist, and
// E_EDGE for a wrong number of arguments.
bool InlineCalls(Graph& graph, FunctionMap& functions);

// The names of the functions in attributes of the graph's nodes, in order, each once.
std::vector<std::string> CalledFunctions(const Graph& graph, const FunctionMap& functions);

}  // namespace tfwasm
