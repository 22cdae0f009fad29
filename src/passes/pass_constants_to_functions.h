// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Where an argument of a function call is constant, and stays so if the call is a loop, calls a
// copy of the function that has the constant inside: its weights can then be packed, and what
// follows from it be folded.
void PassConstantsToFunctions(Graph& graph, FunctionMap& functions);

}  // namespace tfwasm
