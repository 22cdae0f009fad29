// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Makes the bias and the activation that follow a convolution or matrix product part of it, as
// _FusedConv2D, FusedDepthwiseConv2dNative or _FusedMatMul. A bias is a BiasAdd, or an Add of one
// constant for each output channel. An activation is Relu, Relu6, Clamp, Elu, LeakyRelu, Prelu with
// one constant for each channel, Sigmoid, Tanh or HardSwish; clamps after clamps become one. Only a
// product with no other reader is changed; the last node becomes the product. Returns whether the
// graph changed.
bool FuseBiasAndActivation(Graph& graph);

}  // namespace tfwasm
