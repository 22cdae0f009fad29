// SPDX-License-Identifier: Apache-2.0
// 3D convolution, run as 2D convolution: the planes that a window covers become channels of an
// image.
#include "kernels/stack_planes.h"
#include "kernels/xnn_conv2d.h"
#include "ops/gradient.h"
#include "ops/packed_variants.h"
#include "ops/volumes.h"
#include "ops/window_gradients.h"

namespace tfwasm {

namespace {

struct Conv3dNode {
  DataFormat format = DataFormat::kChannelsLast;
  VolumeDims input;
  VolumeDims output;
  Window3d window;
  Conv2dSpec spec;  // for the stacked planes
};

Conv3dNode ReadConv3d(const OpContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectDType(1, DType::kFloat32, "the filter");
  context.ExpectRank(1, 5, "the filter");
  const AttrMap& attrs = context.attrs();
  const Shape& filter = context.shape(1);
  Conv3dNode conv;
  conv.format = ReadVolumeFormat(attrs);
  conv.input = ReadVolumes(context, 0, conv.format, "the input");
  if (filter[3] != conv.input.plane.channels || filter[3] < 1) {
    Throw(Code::kShape, "the filter is for ", filter[3], " channels, but the input has ",
          conv.input.plane.channels);
  }
  conv.window = ReadWindow3d(attrs, conv.format, {filter[0], filter[1], filter[2]}, "dilations");
  conv.output = WindowOutput3d(conv.window, conv.input, filter[4]);
  if (conv.output.elements() == 0) return conv;
  const ImageDims& plane = conv.input.plane;
  Window2d& window = conv.spec.window;
  window.height = WithExplicitPadding(conv.window.plane.height,
                                      ResolveAxis(conv.window.plane.height, plane.height));
  window.width = WithExplicitPadding(conv.window.plane.width,
                                     ResolveAxis(conv.window.plane.width, plane.width));
  conv.spec.group_inputs = filter[0] * filter[3];
  conv.spec.group_outputs = filter[4];
  CheckStack(VolumeShape(conv.input, DataFormat::kChannelsLast), filter[0],
             conv.output.batch * conv.output.depth);
  return conv;
}

void InferConv3d(InferContext& context) {
  const Conv3dNode conv = ReadConv3d(context);
  context.set_output(0, DType::kFloat32, VolumeShape(conv.output, conv.format));
}

StackedPlanes PlanesOfWindows(const Conv3dNode& conv) {
  const WindowAxis& axis = conv.window.depth;
  const int64_t before = ResolveAxis(axis, conv.input.depth).before;
  StackedPlanes stack{.pixels = conv.input.plane.height * conv.input.plane.width,
                      .channels = conv.input.plane.channels,
                      .slots = axis.size};
  for (int64_t batch = 0; batch < conv.output.batch; ++batch) {
    for (int64_t out = 0; out < conv.output.depth; ++out) {
      for (int64_t tap = 0; tap < axis.size; ++tap) {
        const int64_t depth = out * axis.stride - before + tap * axis.dilation;
        const bool is_inside = depth >= 0 && depth < conv.input.depth;
        stack.planes.push_back(is_inside ? batch * conv.input.depth + depth : -1);
      }
    }
  }
  return stack;
}

std::shared_ptr<XnnConv2d> PackFilter(const Conv2dSpec& spec, const float* filter, int64_t depth) {
  const int64_t taps = spec.window.height.size * spec.window.width.size;
  const Tensor stacked =
      StackFilter(filter, taps, spec.group_inputs / depth * spec.group_outputs, {.count = depth});
  return std::make_shared<XnnConv2d>(spec, stacked.values<float>().data(), nullptr);
}

class Conv3dKernel : public Kernel {
 public:
  // `packed`: nullptr if the filter is known only at run time.
  Conv3dKernel(const Conv3dNode& conv, std::shared_ptr<XnnConv2d> packed)
      : packed_(std::move(packed)),
        spec_(conv.spec),
        input_{.height = conv.input.plane.height, .width = conv.input.plane.width},
        output_plane_(conv.output.plane.elements()),
        stack_(PlanesOfWindows(conv)),
        is_identity_(stack_.IsIdentity()),
        at_a_time_(ImagesAtATime(stack_)) {}

  void Run(RunContext& context) override {
    const auto conv =
        packed_ != nullptr ? packed_ : PackFilter(spec_, context.in<float>(1), stack_.slots);
    Tensor images;
    if (!is_identity_) images = Tensor(DType::kFloat32, {at_a_time_, stack_.image_elements()});
    for (int64_t first = 0; first < stack_.images(); first += at_a_time_) {
      ImageSize size = input_;
      size.batch = std::min(at_a_time_, stack_.images() - first);
      const float* in = context.in<float>(0);
      if (!is_identity_) {
        auto* stacked = images.mutable_values<float>().data();
        stack_.Run(in, first, size.batch, stacked);
        in = stacked;
      }
      conv->Run(size, in, context.out<float>(0) + first * output_plane_);
    }
  }

 private:
  std::shared_ptr<XnnConv2d> packed_;
  Conv2dSpec spec_;
  ImageSize input_;
  int64_t output_plane_;
  StackedPlanes stack_;
  bool is_identity_;
  int64_t at_a_time_;
};

std::unique_ptr<Kernel> PrepareConv3d(const KernelContext& context) {
  const Conv3dNode conv = ReadConv3d(context);
  if (conv.output.elements() == 0) return MakeKernel([](RunContext&) {});
  std::shared_ptr<XnnConv2d> packed;
  if (const Tensor* filter = context.value(1); filter != nullptr) {
    context.WillPack(1);
    using Variants = PackedVariants<XnnConv2d>;
    const auto variants = context.Shared<Variants>([] { return std::make_shared<Variants>(); });
    packed = variants->Get(conv.spec.window, 1, [&] {
      const Tensor values = filter->Dequantized();
      return PackFilter(conv.spec, values.values<float>().data(), conv.window.depth.size);
    });
  }
  return WithVolumeLayout({.format = conv.format, .num_inputs = 2}, conv.input, conv.output,
                          std::make_unique<Conv3dKernel>(conv, std::move(packed)));
}

TFWASM_OP kConv3dOp{.name = "Conv3D",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .required_attrs = "strides,padding",
                    .infer = InferConv3d,
                    .kernel = PrepareConv3d};

}  // namespace

TFWASM_GRADIENT kConv3dGradient{
    "Conv3D", [](GradientContext& c) {
      if (c.wants(0)) {
        const Operand sizes = c.builder().Ints(c.input(0).shape());
        c.set(0, c.builder().Emit("Conv3DBackpropInputV2", {sizes, c.input(1), c.dy()},
                                  AttrMap(c.attrs())));
      }
      if (!c.wants(1)) return;
      c.set(1, EmitConvFilterGradient(c.attrs(), c.input(0), c.dy(), c.input(1).shape()));
    }};

}  // namespace tfwasm
