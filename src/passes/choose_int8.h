// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Marks convolutions and matrix products with constant weights that are faster with int8
// (Node::is_int8). Comes last, since it does not look at what passes do with such nodes.
void ChooseInt8(Graph& graph);

}  // namespace tfwasm
