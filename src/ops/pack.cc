// SPDX-License-Identifier: Apache-2.0
// Stacking along a new axis, and unstacking.
#include "kernels/copy.h"
#include "kernels/strided_copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

Shape InsertDim(const Shape& shape, int axis, int64_t dim) {
  Shape result;
  for (int i = 0; i < axis; ++i) result.Append(shape[i]);
  result.Append(dim);
  for (int i = axis; i < shape.rank(); ++i) result.Append(shape[i]);
  return result;
}

int PackAxis(const OpContext& context) {
  return NormalizeAxis(context.attrs().Int("axis", 0), context.shape(0).rank() + 1);
}

int UnpackAxis(const OpContext& context) {
  return NormalizeAxis(context.attrs().Int("axis", 0), context.shape(0).rank());
}

void InferPack(InferContext& context) {
  const int count = context.num_inputs();
  ExpectOneDType(context, 0, count);
  for (int i = 1; i < count; ++i) {
    if (context.shape(i) == context.shape(0)) continue;
    Throw(Code::kShape, "all inputs must have one shape, got ", context.shape(0), " and ",
          context.shape(i), " (input ", i, ")");
  }
  context.set_output(0, context.dtype(0), InsertDim(context.shape(0), PackAxis(context), count));
}

std::unique_ptr<Kernel> PackKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const AxisSplit split(context.output(0).shape, PackAxis(context));
  return MakeKernel([=](RunContext& run) {
    for (int64_t i = 0; i < split.size; ++i) {
      void* out = ElementAt(dtype, run.out(0), i * split.inner);
      CopyRows(dtype, run.in(static_cast<int>(i)), split.inner, out, split.size * split.inner,
               split.outer, split.inner);
    }
  });
}

void InferUnpack(InferContext& context) {
  const Shape& shape = context.shape(0);
  ExpectRankAtLeast(context, 0, 1, "the input");
  const int axis = UnpackAxis(context);
  const int count = OutputCount(context.node(), "num");
  if (shape[axis] != count) {
    Throw(Code::kShape, "dimension ", axis, " of ", shape, " cannot be unpacked into ", count,
          " outputs");
  }
  for (int i = 0; i < count; ++i) context.set_output(i, context.dtype(0), shape.Without(axis));
}

std::unique_ptr<Kernel> UnpackKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const AxisSplit split(context.shape(0), UnpackAxis(context));
  return MakeKernel([=](RunContext& run) {
    for (int64_t i = 0; i < split.size; ++i) {
      const void* in = ElementAt(dtype, run.in(0), i * split.inner);
      CopyRows(dtype, in, split.size * split.inner, run.out(static_cast<int>(i)), split.inner,
               split.outer, split.inner);
    }
  });
}

TFWASM_OP kPackOp{.name = "Pack",
                  .max_inputs = kAnyNumber,
                  .infer = InferPack,
                  .kernel = PackKernel,
                  .in_place_inputs = 1};

TFWASM_OP kUnpackOp{.name = "Unpack",
                    .num_outputs = [](const Node& node) { return OutputCount(node, "num"); },
                    .infer = InferUnpack,
                    .kernel = UnpackKernel,
                    .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kPackGradient{
    "Pack", [](GradientContext& c) {
      const auto parts = c.builder().EmitAll(
          "Unpack", {c.dy()},
          {{"num", int64_t{c.num_inputs()}}, {"axis", c.attrs().Int("axis", 0)}});
      for (int i = 0; i < c.num_inputs(); ++i) c.set(i, parts[static_cast<size_t>(i)]);
    }};
TFWASM_GRADIENT kUnpackGradient{
    "Unpack", [](GradientContext& c) {
      std::vector<Operand> parts;
      for (int i = 0; i < c.num_outputs(); ++i) parts.push_back(c.dy(i));
      if (parts.empty()) return c.set(0, ZerosLike(c.input()));
      c.set(0, c.builder().Emit("Pack", parts, {{"axis", c.attrs().Int("axis", 0)}}));
    }};

}  // namespace tfwasm
