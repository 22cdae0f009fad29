// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_kernel.h"

#include <array>
#include <cmath>
#include <vector>

#include "kernels/depthwise_conv.h"
#include "kernels/int8_products.h"
#include "kernels/scratch.h"
#include "ops/packed_variants.h"

namespace tfwasm {

namespace {

// Whether XnnConv2d can compute SAME padding itself.
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

// A filter and a bias with a batch normalization folded in.
struct NormalizedFilter {
  // `statistics`: scale, offset, mean and variance.
  NormalizedFilter(const float* in, int64_t size, const float* const statistics[4], float epsilon,
                   int64_t channels)
      : filter(static_cast<size_t>(size)), bias(static_cast<size_t>(channels)) {
    const auto [scale, offset, mean, variance] =
        std::array{statistics[0], statistics[1], statistics[2], statistics[3]};
    std::vector<float> factors(bias.size());
    for (size_t c = 0; c < bias.size(); ++c) {
      factors[c] = scale[c] / std::sqrt(variance[c] + epsilon);
      bias[c] = offset[c] - mean[c] * factors[c];
    }
    for (size_t i = 0; i < filter.size(); ++i) filter[i] = in[i] * factors[i % factors.size()];
  }

  std::vector<float> filter;
  std::vector<float> bias;
};

std::shared_ptr<Conv2dProduct> MakeProduct(const Conv2dSpec& spec, const float* filter,
                                           const float* bias, bool is_int8) {
  const Int8Products* products = is_int8 ? FindInt8Products() : nullptr;
  auto product = products == nullptr ? nullptr : products->conv2d(spec, filter, bias);
  return product != nullptr ? product : std::make_shared<XnnConv2d>(spec, filter, bias);
}

// Creates the operator from inputs that `input(i)` returns.
template <typename F>
std::shared_ptr<Conv2dProduct> MakeOperator(const Conv2dSpec& spec, const FusedOps& fused,
                                            int64_t filter_size, bool is_int8, const F& input) {
  if (fused.norm_input < 0) {
    const float* bias = fused.bias_input < 0 ? nullptr : input(fused.bias_input);
    return MakeProduct(spec, input(1), bias, is_int8);
  }
  const float* statistics[4];
  for (int i = 0; i < 4; ++i) statistics[i] = input(fused.norm_input + i);
  const NormalizedFilter normalized(input(1), filter_size, statistics, fused.epsilon,
                                    spec.groups * spec.group_outputs);
  return MakeProduct(spec, normalized.filter.data(), normalized.bias.data(), is_int8);
}

class ConvKernel : public Kernel {
 public:
  // `packed`: nullptr if the filter or the bias is known only at run time.
  ConvKernel(const KernelContext& context, const ConvNode& conv, const Conv2dSpec& spec,
             std::shared_ptr<Conv2dProduct> packed)
      : packed_(std::move(packed)),
        spec_(spec),
        input_{conv.input.batch, conv.input.height, conv.input.width},
        fused_(conv.fused),
        filter_size_(context.shape(1).NumElements()),
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
      MakeOperator(spec_, fused_, filter_size_, /*is_int8=*/false, [&](int i) {
        return context.in<float>(i);
      })->Run(input_, in, out);
    }
    activation_.Run(context, out);
  }

 private:
  std::shared_ptr<Conv2dProduct> packed_;
  Conv2dSpec spec_;
  ImageSize input_;
  FusedOps fused_;
  int64_t filter_size_;
  FusedActivation activation_;
};

// Handles several filters per channel by repeating each channel.
class DepthwiseKernel : public Kernel {
 public:
  DepthwiseKernel(const KernelContext& context, const ConvNode& conv)
      : conv_(conv.spec, {conv.input.batch, conv.input.height, conv.input.width},
              conv.output.channels),
        input_size_(context.shape(0).NumElements()),
        multiplier_(conv.spec.group_outputs),
        bias_input_(conv.fused.bias_input),
        activation_(context, conv.fused, ImageShape(conv.output, DataFormat::kChannelsLast),
                    /*clamped=*/true) {}

  void Run(RunContext& context) override {
    const auto* in = context.in<float>(0);
    if (multiplier_ > 1) {
      const auto size = static_cast<uint64_t>(input_size_ * multiplier_) * sizeof(float);
      auto* repeated = static_cast<float*>(ScratchSpace(size));
      RepeatChannels(in, input_size_, multiplier_, repeated);
      in = repeated;
    }
    const float* bias = bias_input_ < 0 ? nullptr : context.in<float>(bias_input_);
    conv_.Run(in, context.in<float>(1), bias, context.out<float>(0));
    activation_.Run(context, context.out<float>(0));
  }

 private:
  DepthwiseConv conv_;
  int64_t input_size_;
  int64_t multiplier_;
  int bias_input_;
  FusedActivation activation_;
};

// The inputs that an operator is made of.
std::vector<int> OperatorInputs(const FusedOps& fused) {
  std::vector<int> inputs = {1};
  if (fused.bias_input >= 0) inputs.push_back(fused.bias_input);
  for (int i = 0; i < 4 && fused.norm_input >= 0; ++i) inputs.push_back(fused.norm_input + i);
  return inputs;
}

std::shared_ptr<Conv2dProduct> PackIfConstant(const KernelContext& context, const ConvNode& conv,
                                              const Conv2dSpec& spec) {
  const std::vector<int> inputs = OperatorInputs(conv.fused);
  for (const int i : inputs) {
    if (context.value(i) == nullptr) return nullptr;
  }
  for (const int i : inputs) context.WillPack(i);
  using Variants = PackedVariants<Conv2dProduct>;
  const auto variants = context.Shared<Variants>([] { return std::make_shared<Variants>(); });
  return variants->Get(spec.window, spec.groups, [&] {
    std::vector<Tensor> values(static_cast<size_t>(context.num_inputs()));
    for (const int i : inputs) values[static_cast<size_t>(i)] = context.value(i)->Dequantized();
    const bool is_int8 = context.node().is_int8 && !spec.is_depthwise;
    return MakeOperator(spec, conv.fused, context.shape(1).NumElements(), is_int8, [&](int i) {
      return values[static_cast<size_t>(i)].values<float>().data();
    });
  });
}

// Whether to use DepthwiseConv. XNNPACK computes eight outputs of a group at once, and takes as
// long for fewer. Falls back to XNNPACK if the inputs are too large to repeat channels.
bool IsDepthwise(const ConvNode& conv) {
  constexpr int64_t kMostRepeated = int64_t{1} << 26;
  const Conv2dSpec& spec = conv.spec;
  if (spec.group_inputs != 1 || conv.fused.norm_input >= 0) return false;
  if (spec.group_outputs == 1) return true;
  return spec.groups > 1 && spec.group_outputs < 8 &&
         conv.input.elements() <= kMostRepeated / spec.group_outputs;
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
  conv.fused = ReadFusedOps(context, channels, /*with_norm=*/!conv.spec.is_depthwise);
  conv.fused.has_nchw_slopes = conv.format == DataFormat::kChannelsFirst;
  conv.spec.activation = conv.fused.activation;
}

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv) {
  if (conv.output.elements() == 0) return MakeKernel([](RunContext&) {});
  std::unique_ptr<Kernel> kernel;
  if (IsDepthwise(conv)) {
    kernel = std::make_unique<DepthwiseKernel>(context, conv);
  } else {
    const Conv2dSpec spec = ResolvePadding(conv);
    kernel = std::make_unique<ConvKernel>(context, conv, spec, PackIfConstant(context, conv, spec));
  }
  return WithLayout({.format = conv.format, .num_inputs = context.num_inputs()}, conv.input,
                    conv.output, std::move(kernel));
}

}  // namespace tfwasm
