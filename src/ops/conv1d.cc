// SPDX-License-Identifier: Apache-2.0
// 1D convolution, run as 2D convolution of images with height 1.
#include "ops/conv_kernel.h"
#include "ops/gradient.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

DataFormat ReadSequenceFormat(const AttrMap& attrs) {
  const std::string format = attrs.LowerString("data_format", "nwc");
  if (format == "nwc") return DataFormat::kChannelsLast;
  if (format == "ncw") return DataFormat::kChannelsFirst;
  Throw(Code::kAttr, "'data_format' must be NWC or NCW, got '", format, "'");
}

ConvNode ReadConv1d(const OpContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectDType(1, DType::kFloat32, "the filter");
  context.ExpectRank(0, 3, "the input");
  context.ExpectRank(1, 3, "the filter");
  CheckDims(context.shape(0));
  const AttrMap& attrs = context.attrs();
  const Shape& input = context.shape(0);
  const Shape& filter = context.shape(1);
  ConvNode conv;
  conv.format = ReadSequenceFormat(attrs);
  const bool channels_last = conv.format == DataFormat::kChannelsLast;
  conv.input = {.batch = input[0],
                .height = 1,
                .width = input[channels_last ? 1 : 2],
                .channels = input[channels_last ? 2 : 1]};
  ReadConvGroups(filter[1], filter[2], conv);
  WindowAxis& width = conv.spec.window.width;
  width = {.size = filter[0],
           .stride = ReadStep(attrs, "stride"),
           .dilation = ReadStep(attrs, "dilation")};
  CheckWindow(width);
  ReadPadding(attrs, conv.format, {&width, 1});
  conv.spec.window.height.padding = width.padding;
  ResolveConv(context, conv);
  return conv;
}

void InferConv1d(InferContext& context) {
  const ConvNode conv = ReadConv1d(context);
  const ImageDims& output = conv.output;
  if (conv.format == DataFormat::kChannelsLast) {
    context.set_output(0, DType::kFloat32, {output.batch, output.width, output.channels});
  } else {
    context.set_output(0, DType::kFloat32, {output.batch, output.channels, output.width});
  }
}

std::unique_ptr<Kernel> PrepareConv1d(const KernelContext& context) {
  return MakeConvKernel(context, ReadConv1d(context));
}

TFWASM_OP kConv1dOp{.name = "Conv1D",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .required_attrs = "stride,padding",
                    .infer = InferConv1d,
                    .kernel = PrepareConv1d};

}  // namespace

// A Conv2D of images of height 1.
TFWASM_GRADIENT kConv1dGradient{
    "Conv1D", [](GradientContext& c) {
      const bool channels_last = ReadSequenceFormat(c.attrs()) == DataFormat::kChannelsLast;
      const auto to_image = [&](const Shape& shape) {
        return channels_last ? Shape{shape[0], 1, shape[1], shape[2]}
                             : Shape{shape[0], shape[1], 1, shape[2]};
      };
      const auto list = [&](std::string_view name) {
        const int64_t step = ReadStep(c.attrs(), name);
        return channels_last ? std::vector<int64_t>{1, 1, step, 1}
                             : std::vector<int64_t>{1, 1, 1, step};
      };
      AttrMap attrs;
      attrs.Set("data_format", std::string(channels_last ? "NHWC" : "NCHW"));
      attrs.Set("strides", list("stride"));
      attrs.Set("dilations", list("dilation"));
      attrs.Set("padding", c.attrs().String("padding", ""));
      const Shape& filter_shape = c.input(1).shape();
      const Shape filter_2d{1, filter_shape[0], filter_shape[1], filter_shape[2]};
      const Operand x = Reshape(c.input(0), to_image(c.input(0).shape()));
      const Operand filter = Reshape(c.input(1), filter_2d);
      const Operand dy = Reshape(c.dy(), to_image(c.dy().shape()));
      if (c.wants(0)) {
        const Operand dx = c.builder().Emit("Conv2DBackpropInput",
                                            {c.builder().Ints(x.shape()), filter, dy}, attrs);
        c.set(0, Reshape(dx, c.input(0).shape()));
      }
      if (!c.wants(1)) return;
      c.set(1, Reshape(EmitConvFilterGradient(attrs, x, dy, filter_2d), filter_shape));
    }};

}  // namespace tfwasm
