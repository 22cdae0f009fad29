// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

// Over these axes together, in ascending order.
Operand SoftmaxOver(Operand x, const std::vector<int>& axes);

// Elements whose mask is false get no share. `mask` must broadcast to x. Where all are masked,
// Keras 2 ignores the mask, and Keras 3 gives 0.
Operand MaskedSoftmax(Operand x, Operand mask, const std::vector<int>& axes, Generation generation);

}  // namespace tfwasm
