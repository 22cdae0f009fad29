// SPDX-License-Identifier: Apache-2.0
#include "kernels/gather.h"

#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// The number of leading batch axes. A negative attribute counts from the indices' rank.
int BatchDims(const OpContext& context) {
  const int64_t value = context.attrs().Int("batch_dims", 0);
  const Shape& indices = context.shape(1);
  const int64_t batch_dims = value < 0 ? value + indices.rank() : value;
  if (batch_dims < 0 || batch_dims > indices.rank()) {
    Throw(Code::kAttr, "Expect batchDims in the range of [", -indices.rank(), ", ", indices.rank(),
          "], the rank of the indices, but got ", value);
  }
  return static_cast<int>(batch_dims);
}

void CheckBatch(const Shape& shape, const Shape& indices, int batch_dims, int axis) {
  if (batch_dims > axis) {
    Throw(Code::kShape, "batchDims (", batch_dims, ") must be less than or equal to axis (", axis,
          ")");
  }
  for (int i = 0; i < batch_dims; ++i) {
    if (shape[i] == indices[i]) continue;
    Throw(Code::kShape, "x.shape[", i, "]: ", shape[i], " should be equal to indices.shape[", i,
          "]: ", indices[i], ", since batchDims is ", batch_dims);
  }
}

void InferAlong(InferContext& context, int axis, int batch_dims) {
  context.ExpectDType(1, DType::kInt32, "the indices");
  const Shape& shape = context.shape(0);
  const Shape& indices = context.shape(1);
  CheckBatch(shape, indices, batch_dims, axis);
  Shape output;
  for (int i = 0; i < axis; ++i) output.Append(shape[i]);
  for (int i = batch_dims; i < indices.rank(); ++i) output.Append(indices[i]);
  for (int i = axis + 1; i < shape.rank(); ++i) output.Append(shape[i]);
  context.set_output(0, context.dtype(0), output);
}

std::unique_ptr<Kernel> GatherAlong(const KernelContext& context, int axis, int batch_dims) {
  const Shape& shape = context.shape(0);
  const Shape& indices = context.shape(1);
  const GatherDims dims{.batch = shape.Product(0, batch_dims),
                        .outer = shape.Product(batch_dims, axis),
                        .size = shape[axis],
                        .count = indices.Product(batch_dims, indices.rank()),
                        .inner = shape.Product(axis + 1, shape.rank())};
  return MakeKernel([dims, dtype = context.dtype(0)](RunContext& run) {
    Gather(dtype, dims, run.in(0), run.in<int32_t>(1), run.out(0));
  });
}

void InferGather(InferContext& context) {
  ExpectRankAtLeast(context, 0, 1, "the tensor to gather from");
  InferAlong(context, 0, 0);
}

std::unique_ptr<Kernel> GatherKernel(const KernelContext& context) {
  return GatherAlong(context, 0, 0);
}

void InferGatherV2(InferContext& context) {
  const auto axis = AxisOrDefer(context, 2, context.shape(0).rank());
  if (axis) InferAlong(context, *axis, BatchDims(context));
}

std::unique_ptr<Kernel> GatherV2Kernel(const KernelContext& context) {
  return GatherAlong(context, KnownAxis(context, 2, context.shape(0).rank()), BatchDims(context));
}

TFWASM_OP kGatherOp{.name = "Gather",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .infer = InferGather,
                    .kernel = GatherKernel};

TFWASM_OP kGatherV2Op{.name = "GatherV2",
                      .min_inputs = 3,
                      .max_inputs = 3,
                      .infer = InferGatherV2,
                      .kernel = GatherV2Kernel};

}  // namespace

// Adds the slices of dy to those of the input: as segments, with the gathered axis first.
static void GatherRule(GradientContext& c, int axis, int batch_dims) {
  Builder& builder = c.builder();
  const Shape shape = c.input().shape();
  const Shape indices = c.input(1).shape();
  const int64_t batch = shape.Product(0, batch_dims);
  const int64_t outer = shape.Product(batch_dims, axis);
  const int64_t size = shape[axis];
  const int64_t inner = shape.Product(axis + 1, shape.rank());
  const int64_t count = indices.Product(batch_dims, indices.rank());
  Operand slices = Reshape(c.dy(), {batch, outer, count, inner});
  if (outer != 1) slices = Transpose(slices, {0, 2, 1, 3});
  Operand ids = Reshape(c.input(1), {batch, count});
  if (batch > 1) {
    // The batches as segments one after the other.
    const auto number = [&](int64_t value) {
      return builder.Const(Tensor::Scalar(static_cast<int32_t>(value)));
    };
    const Operand first = builder.Emit("Range", {number(0), number(batch * size), number(size)});
    ids = ids + Reshape(first, {batch, 1});
  }
  const Operand segments = builder.Const(Tensor::Scalar(static_cast<int32_t>(batch * size)));
  Operand sums = builder.Emit(
      "UnsortedSegmentSum",
      {Reshape(slices, {batch * count, outer * inner}), Reshape(ids, {batch * count}), segments});
  sums = Reshape(sums, {batch, size, outer, inner});
  if (outer != 1) sums = Transpose(sums, {0, 2, 1, 3});
  c.set(0, Reshape(sums, shape));
}
TFWASM_GRADIENT kGatherGradient{"Gather", [](GradientContext& c) { GatherRule(c, 0, 0); }};
TFWASM_GRADIENT kGatherV2Gradient{
    "GatherV2", [](GradientContext& c) {
      const int64_t batch_dims = c.attrs().Int("batch_dims", 0);
      const int rank = c.input(1).shape().rank();
      GatherRule(c, NormalizeAxis(c.ints(2)[0], c.input().shape().rank()),
                 static_cast<int>(batch_dims < 0 ? batch_dims + rank : batch_dims));
    }};

}  // namespace tfwasm
