// SPDX-License-Identifier: Apache-2.0
#include "kernels/copy.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

// The new axis: -1, the default, puts it last.
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

// Indices out of range give a vector that is off throughout.
std::unique_ptr<Kernel> OneHotKernel(const KernelContext& context) {
  const DType dtype = context.dtype(2);
  const AxisSplit split(context.output(0).shape, DepthAxis(context));
  return MakeKernel([split, dtype](RunContext& run) {
    FillElements(dtype, run.in(3), run.out(0), split.outer * split.size * split.inner);
    const auto* indices = run.in<int32_t>(0);
    for (int64_t i = 0; i < split.outer * split.inner; ++i) {
      if (indices[i] < 0 || indices[i] >= split.size) continue;
      const int64_t outer = i / split.inner;
      const int64_t at = (outer * split.size + indices[i]) * split.inner + i % split.inner;
      CopyElements(dtype, run.in(2), ElementAt(dtype, run.out(0), at), 1);
    }
  });
}

const OpRegistration kOneHot({.name = "OneHot",
                              .min_inputs = 4,
                              .max_inputs = 4,
                              .infer = InferOneHot,
                              .kernel = OneHotKernel});

}  // namespace

}  // namespace tfwasm
