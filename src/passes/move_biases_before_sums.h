// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Turns (conv + residual) + bias, which TensorFlow's own optimizer makes, back into
// (conv + bias) + residual, where the bias can become part of the convolution or matrix product.
// Nodes that others read too stay. Returns whether the graph changed.
bool MoveBiasesBeforeSums(Graph& graph);

}  // namespace tfwasm
