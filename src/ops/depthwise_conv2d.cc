// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_kernel.h"
#include "ops/fused_gradient.h"
#include "ops/gradient.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

ConvNode ReadDepthwise(const OpContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectDType(1, DType::kFloat32, "the filter");
  context.ExpectRank(1, 4, "the filter");
  ConvNode conv;
  conv.format = ReadDataFormat(context.attrs());
  conv.input = ReadImages(context, 0, conv.format, "the input");
  const Shape& filter = context.shape(1);
  if (filter[2] != conv.input.channels) {
    Throw(Code::kShape, "the filter is for ", filter[2], " channels, but the input has ",
          conv.input.channels);
  }
  conv.spec.is_depthwise = true;
  conv.spec.groups = filter[2];
  conv.spec.group_outputs = filter[3];
  ReadConvWindow(context, conv);
  return conv;
}

void InferDepthwise(InferContext& context) {
  const ConvNode conv = ReadDepthwise(context);
  context.set_output(0, DType::kFloat32, ImageShape(conv.output, conv.format));
}

std::unique_ptr<Kernel> PrepareDepthwise(const KernelContext& context) {
  return MakeConvKernel(context, ReadDepthwise(context));
}

TFWASM_OP kDepthwiseOp{.name = "DepthwiseConv2dNative",
                       .aliases = "DepthwiseConv2d",
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .required_attrs = "strides,padding",
                       .infer = InferDepthwise,
                       .kernel = PrepareDepthwise};

TFWASM_OP kFusedDepthwiseOp{.name = "FusedDepthwiseConv2dNative",
                            .min_inputs = 2,
                            .max_inputs = kAnyNumber,
                            .required_attrs = "strides,padding",
                            .infer = InferDepthwise,
                            .kernel = PrepareDepthwise};

}  // namespace

TFWASM_GRADIENT kDepthwiseGradient{
    "DepthwiseConv2dNative", [](GradientContext& c) {
      const DataFormat format = ReadDataFormat(c.attrs());
      const Operand x = ToChannelsLast(c.input(0), format);
      const Operand dy = ToChannelsLast(c.dy(), format);
      if (c.wants(0)) {
        AttrMap attrs = c.attrs();
        attrs.Set("input_shape", x.shape());
        const Operand dx = c.builder().Emit("_DepthwiseInputGrad", {c.input(1), dy}, attrs);
        c.set(0, FromChannelsLast(dx, format));
      }
      if (!c.wants(1)) return;
      AttrMap attrs = c.attrs();
      attrs.Set("filter_shape", c.input(1).shape());
      c.set(1, c.builder().Emit("_DepthwiseFilterGrad", {x, dy}, attrs));
    }};
TFWASM_GRADIENT kFusedDepthwiseGradient{"FusedDepthwiseConv2dNative", [](GradientContext& c) {
                                          FusedRule(c, "DepthwiseConv2dNative");
                                        }};

}  // namespace tfwasm
