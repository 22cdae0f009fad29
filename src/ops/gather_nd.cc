// SPDX-License-Identifier: Apache-2.0
#include "kernels/gather.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

NdIndices MakeIndices(const OpContext& context) {
  const Shape& indices = context.shape(1);
  const int last = indices.rank() - 1;
  return NdIndices(context.shape(0), indices[last], indices.Product(0, last));
}

void InferGatherNd(InferContext& context) {
  context.ExpectDType(1, DType::kInt32, "the indices");
  ExpectRankAtLeast(context, 1, 1, "the indices");
  const NdIndices where = MakeIndices(context);
  const Shape& shape = context.shape(0);
  const Shape& indices = context.shape(1);
  Shape output;
  for (int i = 0; i + 1 < indices.rank(); ++i) output.Append(indices[i]);
  for (int i = where.depth; i < shape.rank(); ++i) output.Append(shape[i]);
  context.set_output(0, context.dtype(0), output);
}

std::unique_ptr<Kernel> GatherNdKernel(const KernelContext& context) {
  return MakeKernel([where = MakeIndices(context), dtype = context.dtype(0)](RunContext& run) {
    GatherNd(dtype, where, run.in(0), run.in<int32_t>(1), run.out(0));
  });
}

TFWASM_OP kGatherNdOp{.name = "GatherNd",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .infer = InferGatherNd,
                      .kernel = GatherNdKernel};

}  // namespace

TFWASM_GRADIENT kGatherNdGradient{
    "GatherNd", [](GradientContext& c) {
      const Operand shape = c.builder().Ints(c.input().shape());
      c.set(0, c.builder().Emit("ScatterNd", {c.input(1), c.dy(), shape}));
    }};

}  // namespace tfwasm
