// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Replaces nodes by cheaper ones with the same results: powers by Square, Sqrt, Rsqrt and
// Reciprocal, x * x by Square, the square of a difference by SquaredDifference, two transpositions
// by one, and a transposition of the last two dimensions by an attribute of the matrix product that
// reads it. Returns whether the graph changed.
bool SimplifyArithmetic(Graph& graph);

}  // namespace tfwasm
