// SPDX-License-Identifier: Apache-2.0
// Broadcasting of tensors and of shapes, by NumPy's rules.
#include "kernels/tile.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

void InferBroadcastTo(InferContext& context) {
  const auto shape = ShapeOrDefer(context, 1);
  if (!shape) return;
  if (!(BroadcastShapes(context.shape(0), *shape) == *shape)) {
    Throw(Code::kShape, "the shape ", context.shape(0), " cannot be broadcast to ", *shape);
  }
  context.set_output(0, context.dtype(0), *shape);
}

std::unique_ptr<Kernel> BroadcastToKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const Shape output = context.output(0).shape;
  Shape input;
  while (input.rank() + context.shape(0).rank() < output.rank()) input.Append(1);
  for (const int64_t dim : context.shape(0).dims()) input.Append(dim);
  return MakeKernel([dtype, input, output](RunContext& run) {
    Tile(dtype, input, output, run.in(0), run.out(0));
  });
}

// Inputs and output are shapes.
void InferBroadcastArgs(InferContext& context) {
  const auto a = ShapeOrDefer(context, 0);
  const auto b = ShapeOrDefer(context, 1);
  if (!a || !b) return;
  std::vector<int32_t> dims;
  for (const int64_t dim : BroadcastShapes(*a, *b)) dims.push_back(static_cast<int32_t>(dim));
  context.set_output_value(0, Tensor::FromSpan<int32_t>({static_cast<int64_t>(dims.size())}, dims));
}

TFWASM_OP kBroadcastToOp{.name = "BroadcastTo",
                         .min_inputs = 2,
                         .max_inputs = 2,
                         .infer = InferBroadcastTo,
                         .kernel = BroadcastToKernel,
                         .in_place_inputs = 1};

TFWASM_OP kBroadcastArgsOp{
    .name = "BroadcastArgs", .min_inputs = 2, .max_inputs = 2, .infer = InferBroadcastArgs};

}  // namespace

// set() sums.
TFWASM_GRADIENT kBroadcastToGradient{"BroadcastTo", [](GradientContext& c) { c.set(0, c.dy()); }};

}  // namespace tfwasm
