// SPDX-License-Identifier: Apache-2.0
// ArgMax and ArgMin: the first index of the extremum along an axis. NaN is ignored.
#include "kernels/arg_reduce.h"

#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

void InferArgReduce(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  const Shape& shape = context.shape(0);
  const auto axis = AxisOrDefer(context, 1, shape.rank());
  if (!axis) return;
  if (shape[*axis] == 0) {
    Throw(Code::kShape, "there is nothing to choose from along axis ", *axis, " of shape ", shape);
  }
  context.set_output(0, DType::kInt32, shape.Without(*axis));
}

template <bool kMax>
std::unique_ptr<Kernel> ArgReduceKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const AxisSplit split(shape, KnownAxis(context, 1, shape.rank()));
  return MakeKernel([split, dtype = context.dtype(0)](RunContext& run) {
    ArgReduce(dtype, kMax, run.in(0), split, run.out<int32_t>(0));
  });
}

TFWASM_OP kArgMaxOp{.name = "ArgMax",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .infer = InferArgReduce,
                    .kernel = ArgReduceKernel<true>};

TFWASM_OP kArgMinOp{.name = "ArgMin",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .infer = InferArgReduce,
                    .kernel = ArgReduceKernel<false>};

}  // namespace

// Constant almost everywhere.
TFWASM_GRADIENT kArgMaxGradient{"ArgMax"};
TFWASM_GRADIENT kArgMinGradient{"ArgMin"};

}  // namespace tfwasm
