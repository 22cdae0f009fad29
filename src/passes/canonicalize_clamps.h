// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Replaces Minimum and Maximum with scalar constants, ClipByValue with constant bounds, and chains
// of these with Relu, Relu6 and Clamp by single Relu, Relu6 or Clamp nodes. NaN elements stay NaN.
// Returns whether the graph changed.
bool CanonicalizeClamps(Graph& graph);

// The same, but only where the result is Relu or Relu6: TensorFlow.js has no Clamp.
bool CanonicalizeRelus(Graph& graph);

}  // namespace tfwasm
