// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Gives ops the forms that TensorFlow.js needs: attributes that have a default in TensorFlow but
// none there, and sizes with all dimensions.
void CompleteOps(Graph& graph);

}  // namespace tfwasm
