// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Lets convolutions that read a tensor padded with zeros in height and width by constant amounts
// read the tensor itself, with the amounts as their explicit padding. Convolutions with SAME
// padding are left alone, as what they add depends on the size of their input. Returns whether the
// graph changed.
bool FoldPads(Graph& graph);

}  // namespace tfwasm
