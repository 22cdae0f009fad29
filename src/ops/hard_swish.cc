// SPDX-License-Identifier: Apache-2.0
// HardSwish: x * relu6(x + 3) * hardswish_scale. The attribute's default is 1/6. An internal op,
// made by passes. NaN stays NaN.
#include "kernels/hard_swish.h"

#include "ops/op.h"

namespace tfwasm {

namespace {

float Scale(const OpContext& context) {
  return context.attrs().Float("hardswish_scale", kHardSwishScale);
}

void InferHardSwish(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  Scale(context);  // checks the attribute
  context.set_output(0, DType::kFloat32, context.shape(0));
}

std::unique_ptr<Kernel> HardSwishKernel(const KernelContext& context) {
  const float scale = Scale(context);
  const int64_t size = context.shape(0).NumElements();
  return MakeKernel([scale, size](RunContext& run) {
    HardSwish(run.in<float>(0), run.out<float>(0), size, scale);
  });
}

TFWASM_OP kHardSwishOp{.name = "HardSwish",
                       .infer = InferHardSwish,
                       .kernel = HardSwishKernel,
                       .in_place_inputs = 0b1};

}  // namespace

}  // namespace tfwasm
