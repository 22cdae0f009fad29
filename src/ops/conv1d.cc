// SPDX-License-Identifier: Apache-2.0
// 1D convolution, run as 2D convolution of images with height 1.
#include "ops/conv_kernel.h"

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

}  // namespace tfwasm
