// SPDX-License-Identifier: Apache-2.0
#include "kernels/prelu.h"

#include "ops/gradient.h"
#include "ops/infer.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void InferPrelu(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectDType(1, DType::kFloat32, "the slope");
  // The constructor checks that the slopes broadcast to the input.
  const Prelu prelu(context.shape(0), context.shape(1));
  InferLikeInput(context);
}

std::unique_ptr<Kernel> PreparePrelu(const KernelContext& context) {
  const Prelu prelu(context.shape(0), context.shape(1));
  return MakeKernel([prelu](RunContext& run) {
    prelu.Run(run.in<float>(0), run.in<float>(1), run.out<float>(0));
  });
}

TFWASM_OP kPreluOp{.name = "Prelu",
                   .min_inputs = 2,
                   .max_inputs = 2,
                   .infer = InferPrelu,
                   .kernel = PreparePrelu,
                   .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kPreluGradient{"Prelu", [](GradientContext& c) {
                                 const Operand x = c.input(0);
                                 const Operand zero = ZerosLike(x);
                                 const Operand is_positive = c.builder().Emit("Greater", {x, zero});
                                 if (c.wants(0))
                                   c.set(0, Select(is_positive, c.dy(), c.dy() * c.input(1)));
                                 if (c.wants(1)) c.set(1, Select(is_positive, zero, c.dy() * x));
                               }};

}  // namespace tfwasm
