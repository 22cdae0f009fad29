// SPDX-License-Identifier: Apache-2.0
// Conv2DBackpropInput: the gradient of a convolution with respect to its input, known in layers as
// transposed convolution or deconvolution.
#include <algorithm>

#include "kernels/strided_copy.h"
#include "kernels/xnn_deconv2d.h"
#include "ops/gradient.h"
#include "ops/infer.h"
#include "ops/packed_variants.h"
#include "ops/window_gradients.h"
#include "ops/windows.h"

namespace tfwasm {

namespace {

enum InputIndex { kSizes, kFilter, kImages };

struct TransposeNode {
  DataFormat format = DataFormat::kChannelsLast;
  ImageDims input;
  // The pixels that belong to the output: the input without the last rows and columns, if it has
  // more, as in TensorFlow.js.
  ImageDims used;
  ImageDims output;
  Deconv2dSpec spec;
};

// The output's dimensions from input 0, which lists all four, or only height and width.
ImageDims OutputDims(const std::vector<int64_t>& sizes, const Shape& filter,
                     const TransposeNode& node) {
  for (const int64_t size : sizes) {
    if (size < 0) Throw(Code::kShape, "the output size must not be negative, got ", size);
  }
  ImageDims dims{.batch = node.input.batch, .channels = filter[2]};
  if (sizes.size() == 2) {
    dims.height = sizes[0];
    dims.width = sizes[1];
    return dims;
  }
  if (sizes.size() != 4) {
    Throw(Code::kShape, "the output size must list 4 or 2 numbers, got ", sizes.size());
  }
  const bool channels_last = node.format == DataFormat::kChannelsLast;
  dims.height = sizes[channels_last ? 1 : 2];
  dims.width = sizes[channels_last ? 2 : 3];
  dims.channels = sizes[channels_last ? 3 : 1];
  if (sizes[0] != node.input.batch) {
    Throw(Code::kShape, "the output's batch ", sizes[0], " and the input's ", node.input.batch,
          " must agree");
  }
  return dims;
}

void CheckGroups(const Shape& filter, TransposeNode& node) {
  if (filter[3] != node.input.channels) {
    Throw(Code::kShape, "the filter is for ", filter[3], " channels, but the input has ",
          node.input.channels);
  }
  if (filter[2] < 1 || node.output.channels % filter[2] != 0) {
    Throw(Code::kShape, "the filter gives ", filter[2], " channels per group, but the output has ",
          node.output.channels);
  }
  const int64_t groups = std::max<int64_t>(1, node.output.channels / filter[2]);
  if (filter[3] % groups != 0) {
    Throw(Code::kShape, "the input's ", filter[3], " channels do not divide into ", groups,
          " groups");
  }
  node.spec.groups = groups;
  node.spec.group_inputs = filter[3] / groups;
  node.spec.group_outputs = filter[2];
}

void ResolveWindow(TransposeNode& node) {
  Window2d& window = node.spec.window;
  const AxisGeometry height = ResolveAxis(window.height, node.output.height);
  const AxisGeometry width = ResolveAxis(window.width, node.output.width);
  if (height.output > node.input.height || width.output > node.input.width) {
    Throw(Code::kShape, "an output of ", node.output.height, "x", node.output.width,
          " belongs to an input of ", height.output, "x", width.output, ", got ", node.input.height,
          "x", node.input.width);
  }
  node.used = node.input;
  node.used.height = height.output;
  node.used.width = width.output;
  CheckTransposedIndirectionSize(window, node.output.height, node.output.width);
  window.height = WithExplicitPadding(window.height, height);
  window.width = WithExplicitPadding(window.width, width);
}

TransposeNode ReadTranspose(const OpContext& context, const std::vector<int64_t>& sizes) {
  TransposeNode node;
  node.format = ReadDataFormat(context.attrs());
  node.input = ReadImages(context, kImages, node.format, "the input");
  const Shape& filter = context.shape(kFilter);
  node.output = OutputDims(sizes, filter, node);
  CheckGroups(filter, node);
  node.spec.window = ReadWindow(context.attrs(), node.format, filter[0], filter[1], "dilations");
  // NumElements() checks for overflow.
  const Shape output = ImageShape(node.output, node.format);
  if (output.NumElements() == 0) return node;
  ResolveWindow(node);
  return node;
}

void InferTranspose(InferContext& context) {
  context.ExpectDType(kFilter, DType::kFloat32, "the filter");
  context.ExpectDType(kImages, DType::kFloat32, "the input");
  context.ExpectRank(kFilter, 4, "the filter");
  const auto sizes = IntsOrDefer(context, kSizes, "the output size");
  if (!sizes) return;
  const TransposeNode node = ReadTranspose(context, *sizes);
  context.set_output(0, DType::kFloat32, ImageShape(node.output, node.format));
}

std::shared_ptr<XnnDeconv2d> PackIfConstant(const KernelContext& context,
                                            const Deconv2dSpec& spec) {
  const Tensor* filter = context.value(kFilter);
  if (filter == nullptr) return nullptr;
  context.WillPack(kFilter);
  using Variants = PackedVariants<XnnDeconv2d>;
  const auto variants = context.Shared<Variants>([] { return std::make_shared<Variants>(); });
  return variants->Get(spec.window, spec.groups, [&] {
    const Tensor values = filter->Dequantized();
    return std::make_shared<XnnDeconv2d>(spec, values.values<float>().data());
  });
}

ImageSize SizeOf(const ImageDims& dims) {
  return {.batch = dims.batch, .height = dims.height, .width = dims.width};
}

Tensor Cropped(const float* images, const ImageDims& dims, const ImageDims& used) {
  Tensor cropped(DType::kFloat32, ImageShape(used, DataFormat::kChannelsLast));
  auto* out = cropped.mutable_values<float>().data();
  const int64_t row = used.width * used.channels;
  for (int64_t i = 0; i < dims.batch; ++i) {
    CopyRows(DType::kFloat32, images + i * dims.height * dims.width * dims.channels,
             dims.width * dims.channels, out + i * used.height * row, row, used.height, row);
  }
  return cropped;
}

std::unique_ptr<Kernel> PrepareTranspose(const KernelContext& context) {
  const TransposeNode node = ReadTranspose(context, ToInts(*context.value(kSizes)));
  if (node.output.elements() == 0) return MakeKernel([](RunContext&) {});
  if (node.input.elements() == 0) {
    return MakeKernel([count = node.output.elements()](RunContext& run) {
      std::fill_n(run.out<float>(0), count, 0.0f);
    });
  }
  auto kernel =
      MakeKernel([packed = PackIfConstant(context, node.spec), spec = node.spec, dims = node.input,
                  used = node.used, output = SizeOf(node.output)](RunContext& run) {
        const auto* in = run.in<float>(kImages);
        auto* out = run.out<float>(0);
        Tensor cropped;
        if (used.elements() < dims.elements()) {
          cropped = Cropped(in, dims, used);
          in = cropped.values<float>().data();
        }
        if (packed != nullptr) return packed->Run(SizeOf(used), output, in, out);
        XnnDeconv2d(spec, run.in<float>(kFilter)).Run(SizeOf(used), output, in, out);
      });
  return WithLayout({.format = node.format, .num_inputs = 3, .image_input = kImages}, node.input,
                    node.output, std::move(kernel));
}

TFWASM_OP kTransposeOp{.name = "Conv2DBackpropInput",
                       .min_inputs = 3,
                       .max_inputs = 3,
                       .required_attrs = "strides,padding",
                       .infer = InferTranspose,
                       .kernel = PrepareTranspose};

}  // namespace

// The op is linear in both, and the transposed Conv2D, so dy and the images trade places.
TFWASM_GRADIENT kConv2DBackpropInputGradient{
    "Conv2DBackpropInput", [](GradientContext& c) {
      if (c.wants(kImages)) {
        c.set(kImages, c.builder().Emit("Conv2D", {c.dy(), c.input(kFilter)}, AttrMap(c.attrs())));
      }
      if (!c.wants(kFilter)) return;
      c.set(kFilter,
            EmitConvFilterGradient(c.attrs(), c.dy(), c.input(kImages), c.input(kFilter).shape()));
    }};

}  // namespace tfwasm
