// SPDX-License-Identifier: Apache-2.0
// Segment sums and means of rows.
#include "kernels/segment.h"

#include <limits>

#include "kernels/copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// The shape of the ids is a prefix of the data's shape. The rest is the shape of a row.
void InferUnsortedSegmentSum(InferContext& context) {
  ExpectNumber(context, 0, "the data");
  context.ExpectDType(1, DType::kInt32, "the segment ids");
  const Shape& shape = context.shape(0);
  const Shape& ids = context.shape(1);
  Shape output{0};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis >= ids.rank()) {
      output.Append(shape[axis]);
    } else if (shape[axis] != ids[axis]) {
      Throw(Code::kShape, "the shape of the segment ids, ", ids, ", must begin that of the data, ",
            shape);
    }
  }
  if (ids.rank() > shape.rank()) {
    Throw(Code::kShape, "the segment ids must have rank ", shape.rank(), " or less, got ", ids);
  }
  const auto segments = IntOrDefer(context, 2, "the number of segments");
  if (!segments) return;
  if (*segments < 0) {
    Throw(Code::kInput, "the number of segments must not be negative, got ", *segments);
  }
  context.set_output(0, context.dtype(0), output.WithDim(0, *segments));
}

// Skips negative ids.
std::unique_ptr<Kernel> UnsortedSegmentSumKernel(const KernelContext& context) {
  const int64_t count = context.shape(1).NumElements();
  const Shape& output = context.output(0).shape;
  const DType dtype = context.dtype(0);
  return MakeKernel([=, block = output.Product(1, output.rank())](RunContext& run) {
    const auto* ids = run.in<int32_t>(1);
    for (int64_t i = 0; i < count; ++i) {
      if (ids[i] < output[0]) continue;
      Throw(Code::kInput, "segment id ", i, " is ", ids[i], ", expected less than ", output[0]);
    }
    ZeroElements(dtype, run.out(0), output[0] * block);
    AddSegments(dtype, run.in(0), block, nullptr, ids, count, run.out(0));
  });
}

void InferSparseSegment(InferContext& context) {
  ExpectNumber(context, 0, "the data");
  if (context.shape(0).rank() == 0) {
    Throw(Code::kShape, "data should be at least 1 dimensional, got a scalar");
  }
  context.ExpectDType(1, DType::kInt32, "the indices");
  context.ExpectDType(2, DType::kInt32, "the segment ids");
  for (int i = 1; i <= 2; ++i) {
    if (context.shape(i).rank() == 1) continue;
    Throw(Code::kShape, i == 1 ? "indices" : "segment ids", " should be Tensor1D, got shape ",
          context.shape(i));
  }
  if (!(context.shape(1) == context.shape(2))) {
    Throw(Code::kShape, "expected as many segment ids as indices, got ", context.shape(2)[0],
          " and ", context.shape(1)[0]);
  }
  context.set_output_unknown(0, context.dtype(0));
}

void CheckSparseSegments(const int32_t* indices, const int32_t* ids, int64_t count, int64_t rows) {
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < 0 || indices[i] >= rows) {
      Throw(Code::kInput, "indices[", i, "] == ", indices[i], " out of range [0, ", rows, ")");
    }
    if (ids[i] < 0) Throw(Code::kInput, "segment ids must be >= 0, got ", ids[i], " at ", i);
    if (i > 0 && ids[i] < ids[i - 1]) {
      Throw(Code::kInput, "segment ids are not increasing, got ", ids[i - 1], " and ", ids[i],
            " at ", i);
    }
  }
}

template <bool kIsMean>
std::unique_ptr<Kernel> SparseSegmentKernel(const KernelContext& context) {
  const Shape shape = context.shape(0);
  const int64_t count = context.shape(1)[0];
  const DType dtype = context.dtype(0);
  return MakeKernel([=, block = shape.Product(1, shape.rank())](RunContext& run) {
    const auto* indices = run.in<int32_t>(1);
    const auto* ids = run.in<int32_t>(2);
    CheckSparseSegments(indices, ids, count, shape[0]);
    const int64_t segments = count == 0 ? 0 : int64_t{ids[count - 1]} + 1;
    void* out = run.AllocateOutput(0, shape.WithDim(0, segments)).mutable_data();
    ZeroElements(dtype, out, segments * block);
    AddSegments(dtype, run.in(0), block, indices, ids, count, out);
    if (!kIsMean) return;
    for (int64_t begin = 0, end = 0; begin < count; begin = end) {
      while (end < count && ids[end] == ids[begin]) ++end;
      DivideRow(dtype, ElementAt(dtype, out, ids[begin] * block), block, end - begin);
    }
  });
}

TFWASM_OP kUnsortedSegmentSumOp{.name = "UnsortedSegmentSum",
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .infer = InferUnsortedSegmentSum,
                                .kernel = UnsortedSegmentSumKernel};

TFWASM_OP kSparseSegmentSumOp{.name = "SparseSegmentSum",
                              .min_inputs = 3,
                              .max_inputs = 3,
                              .infer = InferSparseSegment,
                              .kernel = SparseSegmentKernel<false>};

TFWASM_OP kSparseSegmentMeanOp{.name = "SparseSegmentMean",
                               .min_inputs = 3,
                               .max_inputs = 3,
                               .infer = InferSparseSegment,
                               .kernel = SparseSegmentKernel<true>};

}  // namespace

// The rows of dy for each segment id; 0 where it is negative.
static Operand GatherSegments(GradientContext& c, Operand dy, Operand ids) {
  Builder& builder = c.builder();
  const Operand zero = builder.Const(Tensor::Scalar(int32_t{0}));
  const Operand rows = builder.Emit("Gather", {dy, builder.Emit("Maximum", {ids, zero})});
  Shape mask = ids.shape();
  while (mask.rank() < rows.shape().rank()) mask.Append(1);
  return Select(Reshape(builder.Emit("GreaterEqual", {ids, zero}), mask), rows, ZerosLike(rows));
}

TFWASM_GRADIENT kUnsortedSegmentSumGradient{"UnsortedSegmentSum", [](GradientContext& c) {
                                              c.set(0, GatherSegments(c, c.dy(), c.input(1)));
                                            }};

static void SparseSegmentRule(GradientContext& c, Operand dy) {
  const auto rows = static_cast<int32_t>(c.input().shape()[0]);
  const Operand parts = c.builder().Emit("Gather", {dy, c.input(2)});
  c.set(0, c.builder().Emit("UnsortedSegmentSum",
                            {parts, c.input(1), c.builder().Const(Tensor::Scalar(rows))}));
}
TFWASM_GRADIENT kSparseSegmentSumGradient{"SparseSegmentSum",
                                          [](GradientContext& c) { SparseSegmentRule(c, c.dy()); }};
TFWASM_GRADIENT kSparseSegmentMeanGradient{
    "SparseSegmentMean", [](GradientContext& c) {
      const Shape& shape = c.dy().shape();
      const auto segments = static_cast<int32_t>(shape[0]);
      const Operand ones = Fill(c.builder(), DType::kFloat32, c.input(2).shape(), 1);
      const Operand counts = c.builder().Emit(
          "UnsortedSegmentSum", {ones, c.input(2), c.builder().Const(Tensor::Scalar(segments))});
      Shape column{shape[0]};
      while (column.rank() < shape.rank()) column.Append(1);
      SparseSegmentRule(c, c.builder().Emit("DivNoNan", {c.dy(), Reshape(counts, column)}));
    }};

}  // namespace tfwasm
