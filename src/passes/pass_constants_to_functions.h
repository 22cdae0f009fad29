// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// If an argument of a function call is constant (in a loop: and stays unchanged), calls a copy of
// the function that contains the constant. Its weights can then be packed, and constants that
// depend on it folded.
void PassConstantsToFunctions(Graph& graph, FunctionMap& functions);

// The same, but only for handles.
void PassHandlesToFunctions(Graph& graph, FunctionMap& functions);

}  // namespace tfwasm
