// SPDX-License-Identifier: Apache-2.0
// RaggedRange: one range of numbers per row.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/visit_type.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

constexpr std::array<std::string_view, 3> kArguments = {"starts", "limits", "deltas"};

// The number of rows. Inputs that are not scalars must have one element per row.
int64_t NumRows(const OpContext& context) {
  int64_t rows = -1;
  for (int i = 0; i < 3; ++i) {
    const Shape& shape = context.shape(i);
    const std::string_view what = kArguments[static_cast<size_t>(i)];
    if (shape.rank() > 1)
      Throw(Code::kShape, what, " must be a scalar or vector, got shape ", shape);
    if (shape.rank() == 0) continue;
    if (rows >= 0 && shape[0] != rows) {
      Throw(Code::kShape, "starts, limits, and deltas must have the same shape: ", what,
            " must have ", rows, " elements, got ", shape[0]);
    }
    rows = shape[0];
  }
  return rows < 0 ? 1 : rows;
}

void InferRaggedRange(InferContext& context) {
  ExpectNumber(context, 0, "the starts");
  ExpectOneDType(context, 0, 3);
  context.set_output(0, DType::kInt32, {NumRows(context) + 1});
  context.set_output_unknown(1, context.dtype(0));
}

// The length of a range. Doubles represent every float32 and int32.
double RangeSize(double start, double limit, double delta) {
  if (delta == 0) Throw(Code::kInput, "Requires delta != 0");
  const double size = std::ceil((limit - start) / delta);
  return size > 0 ? size : 0;
}

std::unique_ptr<Kernel> RaggedRangeKernel(const KernelContext& context) {
  const int64_t rows = NumRows(context);
  std::array<int64_t, 3> steps;
  for (int i = 0; i < 3; ++i) steps[static_cast<size_t>(i)] = context.shape(i).rank();
  return VisitNumber(context.dtype(0), [=](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([=](RunContext& run) {
      const auto argument = [&](int i, int64_t row) -> double {
        return run.in<T>(i)[row * steps[static_cast<size_t>(i)]];
      };
      auto* splits = run.out<int32_t>(0);
      splits[0] = 0;
      double total = 0;
      for (int64_t row = 0; row < rows; ++row) {
        total += RangeSize(argument(0, row), argument(1, row), argument(2, row));
        // Also true for NaN.
        if (!(total <= std::numeric_limits<int32_t>::max())) {
          Throw(Code::kLimit,
                "Requires ((limit - start) / delta) <= 2147483647, for all ranges together");
        }
        splits[row + 1] = static_cast<int32_t>(total);
      }
      T* out = run.AllocateOutput(1, {splits[rows]}).template mutable_values<T>().data();
      for (int64_t row = 0; row < rows; ++row) {
        const int32_t begin = splits[row];
        for (int32_t i = begin; i < splits[row + 1]; ++i) {
          out[i] = static_cast<T>(argument(0, row) + (i - begin) * argument(2, row));
        }
      }
    });
  });
}

TFWASM_OP kRaggedRangeOp{.name = "RaggedRange",
                         .min_inputs = 3,
                         .max_inputs = 3,
                         .num_outputs = [](const Node&) { return 2; },
                         .output_names = "rt_nested_splits,rt_dense_values",
                         .infer = InferRaggedRange,
                         .kernel = RaggedRangeKernel};

}  // namespace

}  // namespace tfwasm
