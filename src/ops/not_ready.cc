// SPDX-License-Identifier: Apache-2.0
// Stands in models for a part that is not there yet.
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferNotReady(InferContext& context) {
  context.attrs().String("message", "");
  InferLikeInput(context);
}

std::unique_ptr<Kernel> NotReadyKernel(const KernelContext& context) {
  return MakeKernel([message = context.attrs().String("message", "")](RunContext&) {
    Throw(Code::kInput, message);
  });
}

}  // namespace

TFWASM_TRAINING_OP kNotReadyOp{
    .name = "_NotReady", .infer = InferNotReady, .kernel = NotReadyKernel, .is_stateful = true};

}  // namespace tfwasm
