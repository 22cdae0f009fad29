// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/slice.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// Which axes to reverse: one bool per axis.
void InferReverse(InferContext& context) {
  context.ExpectDType(1, DType::kBool, "the axes to reverse");
  const Shape& flags = context.shape(1);
  if (flags.rank() != 1 || flags[0] != context.shape(0).rank()) {
    Throw(Code::kShape, "expected one bool for each axis of ", context.shape(0), ", got shape ",
          flags);
  }
  if (context.value(1) == nullptr) return context.Defer();
  InferLikeInput(context);
}

std::vector<int> FlaggedAxes(const OpContext& context) {
  const auto flags = context.value(1)->values<uint8_t>();
  std::vector<int> axes;
  for (size_t axis = 0; axis < flags.size(); ++axis) {
    if (flags[axis] != 0) axes.push_back(static_cast<int>(axis));
  }
  return axes;
}

// Which axes to reverse: a list of axes.
void InferReverseV2(InferContext& context) {
  if (AxesOrDefer(context, 1, context.shape(0).rank())) InferLikeInput(context);
}

std::vector<int> ListedAxes(const OpContext& context) {
  std::vector<int> axes;
  for (const int64_t axis : KnownInts(context, 1)) {
    axes.push_back(NormalizeAxis(axis, context.shape(0).rank()));
  }
  return axes;
}

template <std::vector<int> (*axes_of)(const OpContext&)>
std::unique_ptr<Kernel> ReverseKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  SliceSpec spec{.size = shape};
  spec.step.fill(1);
  for (const int axis : axes_of(context)) {
    spec.begin[static_cast<size_t>(axis)] = std::max<int64_t>(0, shape[axis] - 1);
    spec.step[static_cast<size_t>(axis)] = -1;
  }
  return MakeKernel([slice = Slice(context.dtype(0), shape, spec)](RunContext& run) {
    slice.Run(run.in(0), run.out(0));
  });
}

TFWASM_OP kReverseOp{.name = "Reverse",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .infer = InferReverse,
                     .kernel = ReverseKernel<FlaggedAxes>};

TFWASM_OP kReverseV2Op{.name = "ReverseV2",
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .infer = InferReverseV2,
                       .kernel = ReverseKernel<ListedAxes>};

}  // namespace

static void ReverseRule(GradientContext& c) {
  c.set(0, c.builder().Emit(c.node().op, {c.dy(), c.input(1)}));
}
TFWASM_GRADIENT kReverseGradient{"Reverse", ReverseRule};
TFWASM_GRADIENT kReverseV2Gradient{"ReverseV2", ReverseRule};

}  // namespace tfwasm
