// SPDX-License-Identifier: Apache-2.0
#include "kernels/one_hot.h"

#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// The new axis. The default -1 puts it last.
int DepthAxis(const OpContext& context) {
  return NormalizeAxis(context.attrs().Int("axis", -1), context.shape(0).rank() + 1);
}

void InferOneHot(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the indices");
  ExpectScalar(context, 2, context.dtype(2), "the on value");
  ExpectScalar(context, 3, context.dtype(2), "the off value");
  const auto depth = IntOrDefer(context, 1, "the depth");
  if (!depth) return;
  if (*depth < 0) Throw(Code::kShape, "the depth must not be negative, got ", *depth);
  const Shape& indices = context.shape(0);
  const int axis = DepthAxis(context);
  Shape output;
  for (int i = 0; i < axis; ++i) output.Append(indices[i]);
  output.Append(*depth);
  for (int i = axis; i < indices.rank(); ++i) output.Append(indices[i]);
  context.set_output(0, context.dtype(2), output);
}

std::unique_ptr<Kernel> OneHotKernel(const KernelContext& context) {
  const AxisSplit split(context.output(0).shape, DepthAxis(context));
  return MakeKernel([split, dtype = context.dtype(2)](RunContext& run) {
    OneHot(dtype, split, run.in<int32_t>(0), run.in(2), run.in(3), run.out(0));
  });
}

TFWASM_OP kOneHotOp{.name = "OneHot",
                    .min_inputs = 4,
                    .max_inputs = 4,
                    .infer = InferOneHot,
                    .kernel = OneHotKernel};

}  // namespace

// Its inputs are integers.
TFWASM_GRADIENT kOneHotGradient{"OneHot"};

}  // namespace tfwasm
