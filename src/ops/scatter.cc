// SPDX-License-Identifier: Apache-2.0
// Scatter ops: write or add blocks at given indices.
#include "kernels/copy.h"
#include "kernels/gather.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// The shape of one block of `shape` for each of the rows of indices, which have `depth` numbers.
Shape BlocksShape(const Shape& shape, std::span<const int64_t> rows, int64_t depth) {
  Shape blocks{rows};
  for (auto i = static_cast<int>(depth); i < shape.rank(); ++i) blocks.Append(shape[i]);
  return blocks;
}

// Checks that `updates` has one block of `shape` per row of `indices`. A list of numbers is one
// row, as in TensorFlow, or a row for each number, as in TensorFlow.js: only one of them fits the
// updates.
NdIndices CheckedIndices(const Shape& shape, const Shape& indices, const Shape& updates) {
  if (indices.rank() < 1) {
    Throw(Code::kShape, "the indices must have rank 1 or more, got shape ", indices);
  }
  const bool is_column =
      indices.rank() == 1 && shape.rank() > 0 && updates == BlocksShape(shape, indices.dims(), 1);
  if (is_column) return NdIndices(shape, 1, indices[0]);
  const int last = indices.rank() - 1;
  const NdIndices where(shape, indices[last], indices.Product(0, last));
  const Shape expected =
      BlocksShape(shape, indices.dims().first(static_cast<size_t>(last)), where.depth);
  if (!(updates == expected)) {
    Throw(Code::kShape, "the updates must have shape ", expected, ", got ", updates);
  }
  return where;
}

void InferScatterNd(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the indices");
  if (context.dtype(1) == DType::kString) Throw(Code::kDType, "the updates must not be strings");
  const auto shape = ShapeOrDefer(context, 2);
  if (!shape) return;
  CheckedIndices(*shape, context.shape(0), context.shape(1));
  context.set_output(0, context.dtype(1), *shape);
}

std::unique_ptr<Kernel> ScatterNdKernel(const KernelContext& context) {
  const Shape& shape = context.output(0).shape;
  const NdIndices where = CheckedIndices(shape, context.shape(0), context.shape(1));
  const DType dtype = context.dtype(1);
  return MakeKernel([=, size = shape.NumElements()](RunContext& run) {
    ZeroElements(dtype, run.out(0), size);
    ScatterAddNd(dtype, where, run.in<int32_t>(0), run.in(1), run.out(0));
  });
}

void InferTensorScatterUpdate(InferContext& context) {
  context.ExpectDType(1, DType::kInt32, "the indices");
  context.ExpectDType(2, context.dtype(0), "the updates");
  CheckedIndices(context.shape(0), context.shape(1), context.shape(2));
  InferLikeInput(context);
}

std::unique_ptr<Kernel> TensorScatterUpdateKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const NdIndices where = CheckedIndices(shape, context.shape(1), context.shape(2));
  const DType dtype = context.dtype(0);
  return MakeKernel([=, size = shape.NumElements()](RunContext& run) {
    CopyElements(dtype, run.in(0), run.out(0), size);
    ScatterNd(dtype, where, run.in<int32_t>(1), run.in(2), run.out(0));
  });
}

// The indices are a number, a list of numbers, or one row of numbers per value. A scalar value
// serves all indices.
NdIndices SparseIndices(const Shape& shape, const Shape& indices, const Shape& values) {
  if (indices.rank() > 2) {
    Throw(Code::kShape, "the indices must have rank 2 or less, got shape ", indices);
  }
  const int64_t rows = indices.rank() == 0 ? 1 : indices[0];
  const int64_t depth = indices.rank() == 2 ? indices[1] : 1;
  if (depth != shape.rank()) {
    Throw(Code::kShape, "expected ", shape.rank(), " indices a value, got ", depth);
  }
  if (values.rank() > 1 || (values.rank() == 1 && values[0] != rows)) {
    Throw(Code::kShape, "expected ", rows, " values, got shape ", values);
  }
  return NdIndices(shape, depth, rows);
}

void InferSparseToDense(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the indices");
  ExpectScalar(context, 3, context.dtype(2), "the default value");
  const auto shape = ShapeOrDefer(context, 1);
  if (!shape) return;
  SparseIndices(*shape, context.shape(0), context.shape(2));
  context.set_output(0, context.dtype(2), *shape);
}

std::unique_ptr<Kernel> SparseToDenseKernel(const KernelContext& context) {
  const Shape& shape = context.output(0).shape;
  const NdIndices where = SparseIndices(shape, context.shape(0), context.shape(2));
  const DType dtype = context.dtype(2);
  const int64_t step = context.shape(2).rank() == 0 ? 0 : 1;
  return MakeKernel([=, size = shape.NumElements()](RunContext& run) {
    FillElements(dtype, run.in(3), run.out(0), size);
    const auto* indices = run.in<int32_t>(0);
    for (int64_t row = 0; row < where.rows; ++row) {
      CopyElements(dtype, ElementAt(dtype, run.in(2), row * step),
                   ElementAt(dtype, run.out(0), where.Offset(indices, row)), 1);
    }
  });
}

TFWASM_OP kScatterNdOp{.name = "ScatterNd",
                       .min_inputs = 3,
                       .max_inputs = 3,
                       .infer = InferScatterNd,
                       .kernel = ScatterNdKernel};

TFWASM_OP kTensorScatterUpdateOp{.name = "TensorScatterUpdate",
                                 .min_inputs = 3,
                                 .max_inputs = 3,
                                 .infer = InferTensorScatterUpdate,
                                 .kernel = TensorScatterUpdateKernel,
                                 .in_place_inputs = 1};

TFWASM_OP kSparseToDenseOp{.name = "SparseToDense",
                           .min_inputs = 4,
                           .max_inputs = 4,
                           .infer = InferSparseToDense,
                           .kernel = SparseToDenseKernel};

}  // namespace

TFWASM_GRADIENT kScatterNdGradient{"ScatterNd", [](GradientContext& c) {
                                     c.set(1, c.builder().Emit("GatherNd", {c.dy(), c.input(0)}));
                                   }};
TFWASM_GRADIENT kTensorScatterUpdateGradient{
    "TensorScatterUpdate", [](GradientContext& c) {
      const Operand zeros = ZerosLike(c.input(2));
      if (c.wants(0)) {
        c.set(0, c.builder().Emit("TensorScatterUpdate", {c.dy(), c.input(1), zeros}));
      }
      if (c.wants(2)) c.set(2, c.builder().Emit("GatherNd", {c.dy(), c.input(1)}));
    }};
TFWASM_GRADIENT kSparseToDenseGradient{
    "SparseToDense", [](GradientContext& c) {
      const Shape shape = c.output().shape();
      const int64_t rows = c.input(0).shape().rank() == 0 ? 1 : c.input(0).shape()[0];
      const Operand indices = Reshape(c.input(0), {rows, shape.rank()});
      const Operand values = c.builder().Emit("GatherNd", {c.dy(), indices});
      c.set(2, values);
      if (!c.wants(3)) return;
      const Operand rest =
          c.builder().Emit("TensorScatterUpdate", {c.dy(), indices, ZerosLike(values)});
      c.set(3, SumTo(rest, {}));
    }};

}  // namespace tfwasm
