// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_kernel.h"

#include "ops/packed_variants.h"

namespace tfwasm {

namespace {

// Whether XnnConv2d can derive SAME padding from the input's size on its own.
bool CanPadItself(const Window2d& window) {
  return window.height.stride <= window.height.extent() &&
         window.width.stride <= window.width.extent();
}

Conv2dSpec ResolvePadding(const ConvNode& conv) {
  Conv2dSpec spec = conv.spec;
  Window2d& window = spec.window;
  if (window.height.padding == Padding::kSame && !CanPadItself(window)) {
    window.height =
        WithExplicitPadding(window.height, ResolveAxis(window.height, conv.input.height));
    window.width = WithExplicitPadding(window.width, ResolveAxis(window.width, conv.input.width));
  }
  return spec;
}

class ConvKernel : public Kernel {
 public:
  // `packed` is nullptr when the filter or the bias is known only at run time.
  ConvKernel(const KernelContext& context, const ConvNode& conv, const Conv2dSpec& spec,
             std::shared_ptr<XnnConv2d> packed)
      : packed_(std::move(packed)),
        spec_(spec),
        input_{conv.input.batch, conv.input.height, conv.input.width},
        bias_input_(conv.fused.bias_input),
        activation_(context, conv.fused, ImageShape(conv.output, DataFormat::kChannelsLast),
                    /*clamped=*/true) {
    if (packed_ != nullptr) packed_->Prepare(input_);
  }

  void Run(RunContext& context) override {
    const auto* in = context.in<float>(0);
    auto* out = context.out<float>(0);
    if (packed_ != nullptr) {
      packed_->Run(input_, in, out);
    } else {
      const float* bias = bias_input_ < 0 ? nullptr : context.in<float>(bias_input_);
      XnnConv2d(spec_, context.in<float>(1), bias).Run(input_, in, out);
    }
    activation_.Run(context, out);
  }

 private:
  std::shared_ptr<XnnConv2d> packed_;
  Conv2dSpec spec_;
  ImageSize input_;
  int bias_input_;
  FusedActivation activation_;
};

std::shared_ptr<XnnConv2d> PackIfConstant(const KernelContext& context, const ConvNode& conv,
                                          const Conv2dSpec& spec) {
  const Tensor* filter = context.value(1);
  const int bias_input = conv.fused.bias_input;
  const Tensor* bias = bias_input < 0 ? nullptr : context.value(bias_input);
  if (filter == nullptr || (bias_input >= 0 && bias == nullptr)) return nullptr;
  using Variants = PackedVariants<XnnConv2d>;
  const auto variants = context.Shared<Variants>([] { return std::make_shared<Variants>(); });
  return variants->Get(spec.window, spec.groups, [&] {
    return std::make_shared<XnnConv2d>(spec, filter->values<float>().data(),
                                       bias == nullptr ? nullptr : bias->values<float>().data());
  });
}

}  // namespace

void ReadConvGroups(int64_t inputs, int64_t outputs, ConvNode& conv) {
  if (inputs < 1 || conv.input.channels % inputs != 0) {
    Throw(Code::kShape, "the filter takes ", inputs, " channels per group, but the input has ",
          conv.input.channels);
  }
  conv.spec.group_inputs = inputs;
  conv.spec.groups = std::max<int64_t>(1, conv.input.channels / inputs);
  if (outputs % conv.spec.groups != 0) {
    Throw(Code::kShape, "the filter's ", outputs, " output channels do not divide into ",
          conv.spec.groups, " groups");
  }
  conv.spec.group_outputs = outputs / conv.spec.groups;
}

void ReadConvWindow(const OpContext& context, ConvNode& conv) {
  const Shape& filter = context.shape(1);
  conv.spec.window = ReadWindow(context.attrs(), conv.format, filter[0], filter[1], "dilations");
  ResolveConv(context, conv);
}

void ResolveConv(const OpContext& context, ConvNode& conv) {
  const int64_t channels = conv.spec.groups * conv.spec.group_outputs;
  conv.output = WindowOutput(conv.spec.window, conv.input, channels);
  conv.fused = ReadFusedOps(context, channels);
  conv.spec.activation = conv.fused.activation;
}

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv) {
  if (conv.output.elements() == 0) return MakeKernel([](RunContext&) {});
  const Conv2dSpec spec = ResolvePadding(conv);
  auto kernel =
      std::make_unique<ConvKernel>(context, conv, spec, PackIfConstant(context, conv, spec));
  return WithLayout({.format = conv.format, .num_inputs = context.num_inputs()}, conv.input,
                    conv.output, std::move(kernel));
}

}  // namespace tfwasm
