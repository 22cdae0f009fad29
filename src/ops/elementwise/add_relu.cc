// SPDX-License-Identifier: Apache-2.0
// AddRelu: max(a + b, 0) with broadcasting. An internal op, made by passes. NaN stays NaN.
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

TFWASM_OP kAddReluOp = BinaryOp<[](float a, float b) {
  const float sum = a + b;
  return sum < 0 ? 0.0f : sum;
},
                                [](int32_t a, int32_t b) {
                                  const int32_t sum = WrappingAdd(a, b);
                                  return sum < 0 ? 0 : sum;
                                }>("AddRelu");

}  // namespace

TFWASM_GRADIENT kAddReluGradient{"AddRelu", [](GradientContext& c) {
                                   const Operand dy =
                                       c.builder().Emit("_ReluGrad", {c.output(), c.dy()});
                                   c.set(0, dy);
                                   c.set(1, dy);
                                 }};

}  // namespace tfwasm
