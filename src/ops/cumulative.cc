// SPDX-License-Identifier: Apache-2.0
// Cumsum and Cumprod: prefix sums and products along an axis.
#include "kernels/cumulative.h"

#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

void InferCumulative(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  context.attrs().Bool("exclusive", false);
  context.attrs().Bool("reverse", false);
  if (!AxisOrDefer(context, 1, context.shape(0).rank())) return;
  context.set_output(0, context.dtype(0), context.shape(0));
}

template <Cumulation kCumulation>
std::unique_ptr<Kernel> CumulativeKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const AxisSplit split(shape, KnownAxis(context, 1, shape.rank()));
  const Direction direction = {.exclusive = context.attrs().Bool("exclusive", false),
                               .reverse = context.attrs().Bool("reverse", false)};
  return MakeKernel([split, direction, dtype = context.dtype(0)](RunContext& run) {
    Accumulate(kCumulation, dtype, run.in(0), split, direction, run.out(0));
  });
}

template <Cumulation kCumulation>
constexpr OpDef CumulativeOp(std::string_view name) {
  return {.name = name,
          .min_inputs = 2,
          .max_inputs = 2,
          .infer = InferCumulative,
          .kernel = CumulativeKernel<kCumulation>,
          .in_place_inputs = 0b1};
}

TFWASM_OP kCumsumOp = CumulativeOp<Cumulation::kSum>("Cumsum");
TFWASM_OP kCumprodOp = CumulativeOp<Cumulation::kProduct>("Cumprod");

}  // namespace

static Operand Accumulated(GradientContext& c, std::string_view op, Operand x, bool flip) {
  const bool reverse = c.attrs().Bool("reverse", false);
  return c.builder().Emit(
      op, {x, c.input(1)},
      {{"exclusive", c.attrs().Bool("exclusive", false)}, {"reverse", flip ? !reverse : reverse}});
}
TFWASM_GRADIENT kCumsumGradient{
    "Cumsum", [](GradientContext& c) { c.set(0, Accumulated(c, "Cumsum", c.dy(), true)); }};
// Not exact if an element is 0, as in TensorFlow.
TFWASM_GRADIENT kCumprodGradient{"Cumprod", [](GradientContext& c) {
                                   const Operand sums =
                                       Accumulated(c, "Cumsum", c.output() * c.dy(), true);
                                   c.set(0, c.builder().Emit("DivNoNan", {sums, c.input()}));
                                 }};

}  // namespace tfwasm
