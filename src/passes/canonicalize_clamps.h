// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Turns Minimum and Maximum with scalar constants, ClipByValue with constant bounds, and chains of
// these with Relu, Relu6 and Clamp into one Relu, Relu6 or Clamp node each. NaN elements stay NaN.
// Returns whether the graph changed.
bool CanonicalizeClamps(Graph& graph);

}  // namespace tfwasm
