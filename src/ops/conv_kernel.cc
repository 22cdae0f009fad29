// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_kernel.h"

namespace tfwasm {

namespace {

struct PackedConv2d : NodeState {
  PackedConv2d(const Conv2dSpec& spec, const float* filter, const float* bias)
      : conv(spec, filter, bias) {}

  XnnConv2d conv;
};

class ConvKernel : public Kernel {
 public:
  // `packed` is nullptr when the filter or the bias is known only at run time.
  ConvKernel(const KernelContext& context, const ConvNode& conv,
             std::shared_ptr<PackedConv2d> packed)
      : packed_(std::move(packed)),
        spec_(conv.spec),
        input_{conv.input.batch, conv.input.height, conv.input.width},
        bias_input_(conv.fused.bias_input),
        activation_(context, conv.fused, ImageShape(conv.output, DataFormat::kChannelsLast)) {
    if (packed_ != nullptr) packed_->conv.Prepare(input_);
  }

  void Run(RunContext& context) override {
    const auto* in = context.in<float>(0);
    auto* out = context.out<float>(0);
    if (packed_ != nullptr) {
      packed_->conv.Run(input_, in, out);
    } else {
      const float* bias = bias_input_ < 0 ? nullptr : context.in<float>(bias_input_);
      XnnConv2d(spec_, context.in<float>(1), bias).Run(input_, in, out);
    }
    activation_.Run(context, out);
  }

 private:
  std::shared_ptr<PackedConv2d> packed_;
  Conv2dSpec spec_;
  ImageSize input_;
  int bias_input_;
  FusedActivation activation_;
};

std::shared_ptr<PackedConv2d> PackIfConstant(const KernelContext& context, const ConvNode& conv) {
  const Tensor* filter = context.value(1);
  const int bias_input = conv.fused.bias_input;
  const Tensor* bias = bias_input < 0 ? nullptr : context.value(bias_input);
  if (filter == nullptr || (bias_input >= 0 && bias == nullptr)) return nullptr;
  return context.Shared<PackedConv2d>([&] {
    return std::make_shared<PackedConv2d>(
        conv.spec, filter->values<float>().data(),
        bias == nullptr ? nullptr : bias->values<float>().data());
  });
}

}  // namespace

void ReadConvWindow(const OpContext& context, ConvNode& conv) {
  const Shape& filter = context.shape(1);
  conv.spec.window =
      ReadWindow(context.attrs(), conv.format, {filter[0], filter[1]}, /*dilated=*/true);
  const int64_t channels = conv.spec.groups * conv.spec.group_outputs;
  conv.output = WindowOutput(conv.spec.window, conv.input, channels);
  conv.fused = ReadFusedOps(context, channels);
  conv.spec.activation = conv.fused.activation;
}

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv) {
  if (conv.output.elements() == 0) return MakeKernel([](RunContext&) {});
  auto kernel = std::make_unique<ConvKernel>(context, conv, PackIfConstant(context, conv));
  return WithLayout(conv.format, conv.input, conv.output, DType::kFloat32, std::move(kernel),
                    context.num_inputs());
}

}  // namespace tfwasm
