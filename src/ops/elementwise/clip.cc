// SPDX-License-Identifier: Apache-2.0
// ClipByValue: clamps elements to [minimum, maximum]. NaN stays NaN.
#include "kernels/thread_pool.h"
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

void ExpectBound(const InferContext& context, int i, std::string_view what) {
  const Shape& bound = context.shape(i);
  if (bound.NumElements() == 1 && bound.rank() <= 1) return;
  if (!(bound == context.shape(0))) {
    Throw(Code::kShape, what, " must be a scalar or of the input's shape ", context.shape(0),
          ", got shape ", bound);
  }
}

void InferClip(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectOneDType(context, 0, 3);
  ExpectBound(context, 1, "the minimum");
  ExpectBound(context, 2, "the maximum");
  context.set_output(0, context.dtype(0), context.shape(0));
}

// A bound with one element is treated as a scalar, even if its rank exceeds the input's.
Shape BoundShape(const KernelContext& context, int i) {
  return context.shape(i).NumElements() == 1 ? Shape() : context.shape(i);
}

template <typename T>
constexpr auto kClipElement = [](T x, T minimum, T maximum) {
  const T below = x > maximum ? maximum : x;
  return below < minimum ? minimum : below;
};

constexpr ElementLoop kLoops[] = {ElementLoopOf<kClipElement<float>>(),
                                  ElementLoopOf<kClipElement<int32_t>>()};

// Scalar bounds, kept in registers.
std::unique_ptr<Kernel> NumbersClipKernel(int64_t size) {
  return MakeKernel([size](RunContext& run) {
    const float* in = run.in<float>(0);
    const float minimum = *run.in<float>(1);
    const float maximum = *run.in<float>(2);
    float* out = run.out<float>(0);
    ParallelFor(size, kCheap, [&](int64_t begin, int64_t end) {
      MapElements(in + begin, out + begin, static_cast<size_t>(end - begin),
                  Wide{[=](float x) { return kClipElement<float>(x, minimum, maximum); }});
    });
  });
}

std::unique_ptr<Kernel> ClipKernel(const KernelContext& context) {
  const Shape& shape = context.output(0).shape;
  if (context.dtype(0) == DType::kFloat32 && context.shape(1).NumElements() == 1 &&
      context.shape(2).NumElements() == 1) {
    return NumbersClipKernel(shape.NumElements());
  }
  const std::array<Shape, 3> operands = {shape, BoundShape(context, 1), BoundShape(context, 2)};
  return MakeElementwiseKernel(context, FindLoop(kLoops, context.dtype(0)).map, operands, kCheap);
}

TFWASM_OP kClipOp{.name = "ClipByValue",
                  .min_inputs = 3,
                  .max_inputs = 3,
                  .infer = InferClip,
                  .kernel = ClipKernel,
                  .in_place_inputs = 0b1};

}  // namespace

// Passes at both bounds.
TFWASM_GRADIENT kClipGradient{"ClipByValue", [](GradientContext& c) {
                                const Operand x = c.input(0);
                                const Operand zero = ZerosLike(c.dy());
                                const auto is_below = c.builder().Emit("Less", {x, c.input(1)});
                                const auto is_above = c.builder().Emit("Greater", {x, c.input(2)});
                                const Operand inside = Select(is_above, zero, c.dy());
                                c.set(0, Select(is_below, zero, inside));
                                if (c.wants(1)) c.set(1, Select(is_below, c.dy(), zero));
                                if (c.wants(2))
                                  c.set(2, Select(is_below, zero, Select(is_above, c.dy(), zero)));
                              }};

}  // namespace tfwasm
