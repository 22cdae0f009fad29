// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Fuses the bias and the activation after a convolution or matrix product into _FusedConv2D,
// FusedDepthwiseConv2dNative or _FusedMatMul. A bias is a BiasAdd, or an Add of one constant per
// output channel. Activations are those of ops/elementwise/activations.h, Prelu with one constant
// per channel; chained clamps are combined. The product must have no other consumer. The last node
// becomes the product. Returns whether the graph changed.
bool FuseBiasAndActivation(Graph& graph);

// The same, but only what TensorFlow.js can run: activations that it knows, after a bias.
bool FusePortably(Graph& graph);

}  // namespace tfwasm
