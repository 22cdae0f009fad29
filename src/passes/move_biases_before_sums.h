// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Turns (conv + residual) + bias, which TensorFlow's own optimizer produces, back into (conv +
// bias) + residual, if the bias can be fused into the convolution or matrix product. Leaves nodes
// with other consumers. Returns whether the graph changed.
bool MoveBiasesBeforeSums(Graph& graph);

}  // namespace tfwasm
