// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Bypasses nodes that only pass their input on, except inputs of the graph: Identity, IdentityN,
// StopGradient and similar ops, Cast to the same dtype, Reshape of a Reshape (the inner one),
// Transpose with the identity permutation, empty Pad, concatenation or sum of one tensor, x * 1, x
// / 1, x + 0, x - 0. Their consumers read the input instead. Returns whether the graph changed.
bool RemoveIdentities(Graph& graph);

}  // namespace tfwasm
