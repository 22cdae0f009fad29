// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_kernel.h"
#include "ops/fused_gradient.h"
#include "ops/gradient.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

ConvNode ReadConv2d(const OpContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectDType(1, DType::kFloat32, "the filter");
  context.ExpectRank(1, 4, "the filter");
  ConvNode conv;
  conv.format = ReadDataFormat(context.attrs());
  conv.input = ReadImages(context, 0, conv.format, "the input");
  const Shape& filter = context.shape(1);
  ReadConvGroups(filter[2], filter[3], conv);
  ReadConvWindow(context, conv);
  return conv;
}

void InferConv2d(InferContext& context) {
  const ConvNode conv = ReadConv2d(context);
  context.set_output(0, DType::kFloat32, ImageShape(conv.output, conv.format));
}

std::unique_ptr<Kernel> PrepareConv2d(const KernelContext& context) {
  return MakeConvKernel(context, ReadConv2d(context));
}

TFWASM_OP kConv2dOp{.name = "Conv2D",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .required_attrs = "strides,padding",
                    .infer = InferConv2d,
                    .kernel = PrepareConv2d};

TFWASM_OP kFusedConv2dOp{.name = "_FusedConv2D",
                         .min_inputs = 2,
                         .max_inputs = kAnyNumber,
                         .required_attrs = "strides,padding",
                         .infer = InferConv2d,
                         .kernel = PrepareConv2d};

}  // namespace

TFWASM_GRADIENT kConv2dGradient{
    "Conv2D", [](GradientContext& c) {
      if (c.wants(0)) {
        const Operand sizes = c.builder().Ints(c.input(0).shape());
        c.set(0, c.builder().Emit("Conv2DBackpropInput", {sizes, c.input(1), c.dy()},
                                  AttrMap(c.attrs())));
      }
      if (!c.wants(1)) return;
      c.set(1, EmitConvFilterGradient(c.attrs(), c.input(0), c.dy(), c.input(1).shape()));
    }};
TFWASM_GRADIENT kFusedConv2dGradient{"_FusedConv2D",
                                     [](GradientContext& c) { FusedRule(c, "Conv2D"); }};

}  // namespace tfwasm
