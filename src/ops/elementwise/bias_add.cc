// SPDX-License-Identifier: Apache-2.0
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// The bias's shape for broadcasting. Its rank need not be 1: tfjs's converter turns any Add after a
// convolution into a BiasAdd.
Shape BiasShape(const OpContext& context) {
  const std::string format = context.attrs().LowerString("data_format", "nhwc");
  Shape shape = context.shape(1);
  if (format == "nchw" && shape.rank() == 1) {
    for (int axis = 2; axis < context.shape(0).rank(); ++axis) shape.Append(1);
  }
  return shape;
}

void InferBiasAdd(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectOneDType(context, 0, 2);
  context.set_output(0, context.dtype(0), BroadcastShapes(context.shape(0), BiasShape(context)));
}

constexpr ElementLoop kLoops[] = {
    ElementLoopOf<[](float a, float b) { return a + b; }>(),
    ElementLoopOf<[](int32_t a, int32_t b) { return WrappingAdd(a, b); }>()};

std::unique_ptr<Kernel> PrepareBiasAdd(const KernelContext& context) {
  const std::array<Shape, 2> operands = {context.shape(0), BiasShape(context)};
  return MakeElementwiseKernel(context, FindLoop(kLoops, context.dtype(0)).map, operands, kCheap);
}

TFWASM_OP kBiasAddOp{.name = "BiasAdd",
                     .aliases = "BiasAddV1",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .infer = InferBiasAdd,
                     .kernel = PrepareBiasAdd,
                     .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kBiasAddGradient{
    "BiasAdd", [](GradientContext& c) {
      c.set(0, c.dy());
      if (!c.wants(1)) return;
      const int rank = c.dy().shape().rank();
      const bool is_nchw = c.attrs().LowerString("data_format", "nhwc") == "nchw";
      std::vector<int> axes;
      for (int axis = 0; axis < rank; ++axis) {
        if (axis != (is_nchw ? 1 : rank - 1)) axes.push_back(axis);
      }
      c.set(1, c.input(1).shape().rank() == 1 ? Sum(c.dy(), axes, /*keep_dims=*/false) : c.dy());
    }};

}  // namespace tfwasm
