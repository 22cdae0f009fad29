// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layers/activations.h"
#include "ops/builder.h"

namespace tfwasm {

// Multiplies the last axes of x, `summed` of them, with the first of the kernel, adds a bias unless
// it is empty, and applies an activation: [batch, ..., K] x [K, N...] -> [batch, ..., N...]. One
// product of two matrices, whatever the ranks.
Operand Project(Operand x, Operand kernel, Operand bias, int summed = 1,
                const LayerActivation& activation = {});

}  // namespace tfwasm
