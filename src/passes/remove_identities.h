// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Lets everything that reads a node which only passes its input on read that input instead:
// Identity, IdentityN, StopGradient and their like, Cast to the same dtype, Reshape of a Reshape
// (the inner one), Transpose by the identity permutation, Pad by nothing, concatenation and sum of
// one tensor, x * 1, x / 1, x + 0, x - 0. The nodes themselves are left without consumers.
// Returns whether the graph changed.
bool RemoveIdentities(Graph& graph);

}  // namespace tfwasm
