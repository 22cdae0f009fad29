// SPDX-License-Identifier: Apache-2.0
// Transpose: axis i of the output is axis perm[i] of the input.
#include "kernels/transpose.h"

#include "core/flag_list.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

std::vector<int> ToPermutation(const std::vector<int64_t>& values, const Shape& shape) {
  const auto rank = static_cast<size_t>(shape.rank());
  if (values.size() != rank) {
    Throw(Code::kShape, "expected a permutation of the ", rank, " axes of ", shape, ", got ",
          values.size(), " values");
  }
  std::vector<int> permutation;
  FlagList seen(rank, false);
  for (const int64_t value : values) {
    const int axis = NormalizeAxis(value, shape.rank());
    if (seen[static_cast<size_t>(axis)]) {
      Throw(Code::kShape, "axis ", axis, " occurs twice in the permutation");
    }
    seen[static_cast<size_t>(axis)] = true;
    permutation.push_back(axis);
  }
  return permutation;
}

void InferTranspose(InferContext& context) {
  const auto values = IntsOrDefer(context, 1, "the permutation");
  if (!values) return;
  Shape shape;
  for (const int axis : ToPermutation(*values, context.shape(0))) {
    shape.Append(context.shape(0)[axis]);
  }
  context.set_output(0, context.dtype(0), shape);
}

std::unique_ptr<Kernel> TransposeKernel(const KernelContext& context) {
  const std::vector<int> permutation = ToPermutation(KnownInts(context, 1), context.shape(0));
  return MakeKernel([transposer = Transposer(context.dtype(0), context.shape(0), permutation)](
                        RunContext& run) { transposer.Run(run.in(0), run.out(0)); });
}

TFWASM_OP kTransposeOp{.name = "Transpose",
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .infer = InferTranspose,
                       .kernel = TransposeKernel};

}  // namespace

TFWASM_GRADIENT kTransposeGradient{
    "Transpose", [](GradientContext& c) {
      const std::vector<int> permutation = ToPermutation(c.ints(1), c.input().shape());
      std::vector<int> inverse(permutation.size());
      for (size_t i = 0; i < permutation.size(); ++i) {
        inverse[static_cast<size_t>(permutation[i])] = static_cast<int>(i);
      }
      c.set(0, Transpose(c.dy(), inverse));
    }};

}  // namespace tfwasm
