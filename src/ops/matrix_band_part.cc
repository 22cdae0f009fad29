// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferMatrixBandPart(InferContext& context) {
  if (context.dtype(0) == DType::kString) Throw(Code::kDType, "the matrix must not be strings");
  ExpectRankAtLeast(context, 0, 2, "the matrix");
  ExpectScalar(context, 1, DType::kInt32, "numLower");
  ExpectScalar(context, 2, DType::kInt32, "numUpper");
  InferLikeInput(context);
}

// The number of diagonals to keep on one side. A negative value keeps all.
int64_t BandWidth(int32_t value, int64_t size, std::string_view what) {
  if (value > size) Throw(Code::kInput, what, " must not exceed ", size, ", got ", value);
  return value < 0 ? size : value;
}

std::unique_ptr<Kernel> MatrixBandPartKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const int64_t rows = shape[shape.rank() - 2];
  const int64_t columns = shape[shape.rank() - 1];
  const int64_t total = shape.Product(0, shape.rank() - 1);
  const DType dtype = context.dtype(0);
  return MakeKernel([=](RunContext& run) {
    const int64_t lower = BandWidth(*run.in<int32_t>(1), rows, "numLower");
    const int64_t upper = BandWidth(*run.in<int32_t>(2), columns, "numUpper");
    ParallelFor(total, static_cast<double>(columns), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t row = i % rows;
        const int64_t first = std::clamp<int64_t>(row - lower, 0, columns);
        const int64_t last = std::clamp<int64_t>(row + upper + 1, first, columns);
        const void* in = ElementAt(dtype, run.in(0), i * columns);
        void* out = ElementAt(dtype, run.out(0), i * columns);
        CopyElements(dtype, ElementAt(dtype, in, first), ElementAt(dtype, out, first),
                     last - first);
        ZeroElements(dtype, out, first);
        ZeroElements(dtype, ElementAt(dtype, out, last), columns - last);
      }
    });
  });
}

TFWASM_OP kMatrixBandPartOp{.name = "MatrixBandPart",
                            .min_inputs = 3,
                            .max_inputs = 3,
                            .infer = InferMatrixBandPart,
                            .kernel = MatrixBandPartKernel,
                            .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kMatrixBandPartGradient{
    "MatrixBandPart", [](GradientContext& c) {
      c.set(0, c.builder().Emit("MatrixBandPart", {c.dy(), c.input(1), c.input(2)}));
    }};

}  // namespace tfwasm
