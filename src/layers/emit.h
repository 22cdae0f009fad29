// SPDX-License-Identifier: Apache-2.0
// Short forms of ops that layers use.
#pragma once

#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

// A scalar constant of the dtype of x.
Operand NumberLike(Operand x, float value);
// min(max(x, low), high).
Operand Clip(Operand x, float low, float high);
Operand Mean(Operand x, const std::vector<int>& axes, bool keep_dims);
Operand Concat(const std::vector<Operand>& parts, int axis);
// Along one axis: [begin, begin + size).
Operand Slice(Operand x, int axis, int64_t begin, int64_t size);

Operand EluOf(Operand x, float alpha);
Operand LeakyReluOf(Operand x, float alpha);
// Keras 2: clip(0.2 x + 0.5, 0, 1); Keras 3: relu6(x + 3) / 6.
Operand HardSigmoidOf(Operand x, Generation generation);
Operand GeluOf(Operand x, bool approximate);

}  // namespace tfwasm
