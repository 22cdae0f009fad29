// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Folds constant per-channel scales and offsets after a convolution or matrix product into its
// filter and bias. Handles FusedBatchNorm, V2 and V3 in inference mode, and Mul, RealDiv, Add, Sub
// and BiasAdd with a scalar or one number per channel. A plain bias on a product without one is
// left for fuse_bias_and_activation. The product must have no activation, no other consumer, and a
// constant filter and bias. The scaling node becomes the product. Returns whether the graph
// changed.
bool FoldBatchNorms(Graph& graph);

}  // namespace tfwasm
