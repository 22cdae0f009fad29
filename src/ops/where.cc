// SPDX-License-Identifier: Apache-2.0
// The positions of all elements that are true or non-zero.
#include "kernels/list_true.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void InferWhere(InferContext& context) {
  if (context.dtype(0) == DType::kString) Throw(Code::kDType, "the condition must not be strings");
  context.set_output_unknown(0, DType::kInt32);
}

std::unique_ptr<Kernel> WhereKernel(const KernelContext& context) {
  return MakeKernel([dtype = context.dtype(0), shape = context.shape(0)](RunContext& run) {
    const void* condition = run.in(0);
    const int64_t count = CountTrue(dtype, condition, shape.NumElements());
    Tensor& places = run.AllocateOutput(0, {count, shape.rank()});
    ListTrue(dtype, condition, shape, places.mutable_values<int32_t>().data());
  });
}

TFWASM_OP kWhereOp{.name = "Where", .infer = InferWhere, .kernel = WhereKernel};

}  // namespace

}  // namespace tfwasm
