// SPDX-License-Identifier: Apache-2.0
// Reductions over axes: Sum, Mean, Prod, Max, Min, All, Any and EuclideanNorm.
#include "kernels/reduce.h"

#include <algorithm>

#include "core/sort_few.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

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

// The shape of x with the reduced axes as 1.
static Shape KeptShape(GradientContext& c) {
  const Shape& shape = c.input().shape();
  return ReducedShape(shape, c.axes(1, shape.rank()), /*keep_dims=*/true);
}
static Operand Spread(GradientContext& c, Operand reduced) {
  return BroadcastTo(Reshape(reduced, KeptShape(c)), c.input().shape());
}

TFWASM_GRADIENT kSumGradient{"Sum", [](GradientContext& c) { c.set(0, Spread(c, c.dy())); }};
TFWASM_GRADIENT kMeanGradient{
    "Mean", [](GradientContext& c) {
      const auto count = static_cast<float>(c.input().shape().NumElements());
      const auto results = static_cast<float>(c.output().shape().NumElements());
      c.set(0, Spread(c, c.dy() * (results / count)));
    }};

// Elements that are equal to the result share dy.
static void ShareAmongEqual(GradientContext& c) {
  const Operand x = c.input();
  const Operand is_equal =
      Cast(c.builder().Emit("Equal", {x, Reshape(c.output(), KeptShape(c))}), DType::kFloat32);
  const Operand count = Sum(is_equal, c.axes(1, x.shape().rank()), /*keep_dims=*/true);
  c.set(0, is_equal * (Reshape(c.dy(), KeptShape(c)) / count));
}
TFWASM_GRADIENT kMaxGradient{"Max", ShareAmongEqual};
TFWASM_GRADIENT kMinGradient{"Min", ShareAmongEqual};

// The product of the others: those before times those after. Exact if some are 0.
TFWASM_GRADIENT kProdGradient{
    "Prod", [](GradientContext& c) {
      const Shape& shape = c.input().shape();
      const std::vector<int> axes = c.axes(1, shape.rank());
      std::vector<int> order;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (std::find(axes.begin(), axes.end(), axis) == axes.end()) order.push_back(axis);
      }
      order.insert(order.end(), axes.begin(), axes.end());
      const Operand moved = Transpose(c.input(), order);
      const int64_t outer = c.output().shape().NumElements();
      const int64_t inner = outer == 0 ? 0 : shape.NumElements() / outer;
      const Operand rows = Reshape(moved, {outer, inner});
      const auto others = [&](bool reverse) {
        return c.builder().Emit("Cumprod", {rows, c.builder().Const(Tensor::Scalar(1))},
                                {{"exclusive", true}, {"reverse", reverse}});
      };
      const Operand product = Reshape(others(false) * others(true), moved.shape());
      std::vector<int> inverse(order.size());
      for (size_t i = 0; i < order.size(); ++i) {
        inverse[static_cast<size_t>(order[i])] = static_cast<int>(i);
      }
      c.set(0, Transpose(product, inverse) * Reshape(c.dy(), KeptShape(c)));
    }};
// NaN where the norm is 0, as in TensorFlow.
TFWASM_GRADIENT kEuclideanNormGradient{
    "EuclideanNorm",
    [](GradientContext& c) { c.set(0, c.input() * Reshape(c.dy() / c.output(), KeptShape(c))); }};

}  // namespace tfwasm
