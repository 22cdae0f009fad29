// SPDX-License-Identifier: Apache-2.0
#include "kernels/top_k.h"

#include <limits>

#include "kernels/visit_type.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// The output is sorted even if the attribute `sorted` is false.
void SetOutputs(InferContext& context, int64_t k) {
  ExpectNumber(context, 0, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  const Shape& shape = context.shape(0);
  const int last = shape.rank() - 1;
  if (k < 0 || k > shape[last]) {
    Throw(Code::kShape, "k must be in [0, ", shape[last], "] for an input of shape ", shape,
          ", got ", k);
  }
  if (shape[last] > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, "rows of ", shape[last], " elements are too long for int32 indices");
  }
  context.set_output(0, context.dtype(0), shape.WithDim(last, k));
  context.set_output(1, DType::kInt32, shape.WithDim(last, k));
}

void InferTopK(InferContext& context) { SetOutputs(context, context.attrs().RequireInt("k")); }

void InferTopKV2(InferContext& context) {
  const auto k = IntOrDefer(context, 1, "k");
  if (k) SetOutputs(context, *k);
}

std::unique_ptr<Kernel> TopKKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const int last = shape.rank() - 1;
  const int64_t rows = shape.Product(0, last);
  const int64_t columns = shape[last];
  const int64_t k = context.output(0).shape[last];
  return VisitNumber(context.dtype(0), [=](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([=](RunContext& run) {
      TopK(run.in<T>(0), rows, columns, k, run.out<T>(0), run.out<int32_t>(1));
    });
  });
}

int TwoOutputs(const Node&) { return 2; }

TFWASM_OP kTopKOp{.name = "TopK",
                  .num_outputs = TwoOutputs,
                  .output_names = "values,indices",
                  .infer = InferTopK,
                  .kernel = TopKKernel};

TFWASM_OP kTopKV2Op{.name = "TopKV2",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .num_outputs = TwoOutputs,
                    .output_names = "values,indices",
                    .infer = InferTopKV2,
                    .kernel = TopKKernel};

}  // namespace

// The places of the values are in output 1.
static void TopKRule(GradientContext& c) {
  const Shape shape = c.input().shape();
  const int last = shape.rank() - 1;
  const int64_t rows = shape.Product(0, last);
  const int64_t k = c.output().shape()[last];
  const auto number = [&](int64_t value) {
    return c.builder().Const(Tensor::Scalar(static_cast<int32_t>(value)));
  };
  const int64_t count = shape.NumElements();
  const Operand first = c.builder().Emit(
      "Range", {number(0), number(count), number(std::max<int64_t>(1, shape[last]))});
  const Operand places = Reshape(c.output(1), {rows, k}) + Reshape(first, {rows, 1});
  const Operand sums =
      c.builder().Emit("UnsortedSegmentSum",
                       {Reshape(c.dy(), {rows * k}), Reshape(places, {rows * k}), number(count)});
  c.set(0, Reshape(sums, shape));
}
TFWASM_GRADIENT kTopKGradient{"TopK", TopKRule};
TFWASM_GRADIENT kTopKV2Gradient{"TopKV2", TopKRule};

}  // namespace tfwasm
