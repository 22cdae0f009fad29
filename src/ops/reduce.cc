// SPDX-License-Identifier: Apache-2.0
// Reductions over axes: Sum, Mean, Prod, Max, Min, All, Any and EuclideanNorm.
#include "kernels/reduce.h"

#include <algorithm>

#include "core/sort_few.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

Shape ReducedShape(const Shape& shape, const std::vector<int>& axes, bool keep_dims) {
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) {
      result.Append(shape[axis]);
    } else if (keep_dims) {
      result.Append(1);
    }
  }
  return result;
}

// Sums complex numbers as pairs of floats: an additional last axis that is not reduced.
Reducer MakeReducer(const OpContext& context, Reduction reduction, const std::vector<int>& axes) {
  const bool is_linear = reduction == Reduction::kSum || reduction == Reduction::kMean;
  if (context.dtype(0) != DType::kComplex64 || !is_linear) {
    return Reducer(reduction, context.dtype(0), context.shape(0), axes);
  }
  Shape parts = context.shape(0);
  parts.Append(2);
  return Reducer(reduction, DType::kFloat32, parts, axes);
}

void InferReduction(InferContext& context, Reduction reduction) {
  const auto axes = AxesOrDefer(context, 1, context.shape(0).rank());
  if (!axes) return;
  MakeReducer(context, reduction, *axes);  // checks the dtype
  const bool keep_dims = context.attrs().Bool("keep_dims", false);
  context.set_output(0, context.dtype(0), ReducedShape(context.shape(0), *axes, keep_dims));
}

std::unique_ptr<Kernel> ReductionKernel(const KernelContext& context, Reduction reduction) {
  const Shape& shape = context.shape(0);
  std::vector<int> axes;
  for (const int64_t axis : KnownInts(context, 1)) {
    axes.push_back(NormalizeAxis(axis, shape.rank()));
  }
  SortFew(axes);
  return MakeKernel([reducer = MakeReducer(context, reduction, axes)](RunContext& run) {
    reducer.Run(run.in(0), run.out(0));
  });
}

template <Reduction kReduction>
constexpr OpDef ReduceOp(std::string_view name) {
  return {
      .name = name,
      .min_inputs = 2,
      .max_inputs = 2,
      .infer = [](InferContext& context) { InferReduction(context, kReduction); },
      .kernel = [](const KernelContext& context) { return ReductionKernel(context, kReduction); }};
}

TFWASM_OP kSumOp = ReduceOp<Reduction::kSum>("Sum");
// int32 rounds towards zero, as in TensorFlow.
TFWASM_OP kMeanOp = ReduceOp<Reduction::kMean>("Mean");
TFWASM_OP kProdOp = ReduceOp<Reduction::kProd>("Prod");
TFWASM_OP kMaxOp = ReduceOp<Reduction::kMax>("Max");
TFWASM_OP kMinOp = ReduceOp<Reduction::kMin>("Min");
TFWASM_OP kAllOp = ReduceOp<Reduction::kAll>("All");
TFWASM_OP kAnyOp = ReduceOp<Reduction::kAny>("Any");
TFWASM_OP kEuclideanNormOp = ReduceOp<Reduction::kEuclideanNorm>("EuclideanNorm");

}  // namespace

}  // namespace tfwasm
