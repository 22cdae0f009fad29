// SPDX-License-Identifier: Apache-2.0
// Counts the occurrences of each number in [0, size), optionally weighted.
#include "kernels/bincount.h"

#include <algorithm>

#include "kernels/copy.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

std::optional<int64_t> CheckedSize(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the numbers to count");
  ExpectNumber(context, 2, "the weights");
  const Shape& weights = context.shape(2);
  if (weights.NumElements() != 0 && !(weights == context.shape(0))) {
    Throw(Code::kShape, "the weights must be empty or of shape ", context.shape(0), ", got ",
          weights);
  }
  const auto size = IntOrDefer(context, 1, "the size");
  if (size && *size < 0) Throw(Code::kInput, "the size must not be negative, got ", *size);
  return size;
}

void InferBincount(InferContext& context) {
  const auto size = CheckedSize(context);
  if (size) context.set_output(0, context.dtype(2), {*size});
}

void InferDenseBincount(InferContext& context) {
  const Shape& shape = context.shape(0);
  if (shape.rank() != 1 && shape.rank() != 2) {
    Throw(Code::kShape, "the numbers to count must have rank 1 or 2, got shape ", shape);
  }
  context.attrs().Bool("binary_output", false);
  const auto size = CheckedSize(context);
  if (!size) return;
  context.set_output(0, context.dtype(2),
                     shape.rank() == 1 ? Shape{*size} : Shape{shape[0], *size});
}

std::unique_ptr<Kernel> BincountKernel(const KernelContext& context) {
  const Shape& output = context.output(0).shape;
  const int64_t rows = output.rank() == 1 ? 1 : output[0];
  const int64_t size = output[output.rank() - 1];
  const int64_t total = context.shape(0).NumElements();
  const bool is_weighted = context.shape(2).NumElements() != 0;
  const bool is_binary = context.attrs().Bool("binary_output", false);
  const DType dtype = context.dtype(2);
  return MakeKernel([=](RunContext& run) {
    void* out = run.out(0);
    ZeroElements(dtype, out, rows * size);
    const int64_t columns = total / std::max<int64_t>(rows, 1);
    const void* weights = is_weighted ? run.in(2) : nullptr;
    if (CountRows(dtype, run.in<int32_t>(0), weights, rows, columns, is_binary, out, size)) {
      Throw(Code::kInput, "the numbers to count must not be negative");
    }
  });
}

constexpr OpDef CountOp(std::string_view name, void (*infer)(InferContext&)) {
  return {.name = name, .min_inputs = 3, .max_inputs = 3, .infer = infer, .kernel = BincountKernel};
}

TFWASM_OP kBincountOp = CountOp("Bincount", InferBincount);
TFWASM_OP kDenseBincountOp = CountOp("DenseBincount", InferDenseBincount);

}  // namespace

}  // namespace tfwasm
