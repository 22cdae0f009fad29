// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Folds what scales and shifts the output channels of a convolution or matrix product by constants
// into its filter and bias: FusedBatchNorm, V2 and V3 for inference; Mul, RealDiv, Add, Sub and
// BiasAdd with a scalar or one number for each channel. A first bias is left to be fused as it is.
// Only a product with no activation, no other reader and constant filter and bias is changed; the
// node that scaled it becomes the product. Returns whether the graph changed.
bool FoldBatchNorms(Graph& graph);

}  // namespace tfwasm
