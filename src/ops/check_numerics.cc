// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/copy.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferCheckNumerics(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  InferLikeInput(context);
}

// Copies its input. Throws if it contains NaN or an infinity.
std::unique_ptr<Kernel> CheckNumericsKernel(const KernelContext& context) {
  const int64_t count = context.shape(0).NumElements();
  const std::string message = context.attrs().String("message", "");
  return MakeKernel([=](RunContext& run) {
    const auto* values = run.in<float>(0);
    int64_t bad = 0;
    for (int64_t i = 0; i < count; ++i) bad += std::isfinite(values[i]) ? 0 : 1;
    if (bad > 0) {
      Throw(Code::kInput, message, message.empty() ? "" : ": ", bad, " of ", count,
            " elements are NaN or infinite");
    }
    CopyElements(DType::kFloat32, values, run.out(0), count);
  });
}

TFWASM_OP kCheckNumericsOp{.name = "CheckNumerics",
                           .infer = InferCheckNumerics,
                           .kernel = CheckNumericsKernel,
                           .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kCheckNumericsGradient{"CheckNumerics",
                                       [](GradientContext& c) { c.set(0, c.dy()); }};

}  // namespace tfwasm
