// SPDX-License-Identifier: Apache-2.0
#include "layers/conv.h"

#include <algorithm>

#include "core/error.h"
#include "layers/emit.h"

namespace tfwasm {

ConvLayer::ConvLayer(LayerConfig& config, int rank, int num_kernels)
    : WindowLayer(config, rank, "kernel_size", 0),
      num_kernels_(num_kernels),
      activation_(config, "activation"),
      use_bias_(config.Bool("use_bias", true)),
      bias_(config, "bias", "zeros") {
  strides_ = ReadSizes(config, "strides", rank, 1);
  dilations_ = ReadSizes(config, "dilation_rate", rank, 1);
  // Keras 2 writes the keys of Conv for all of its subclasses.
  config.Ignore("filters,groups,kernel_initializer,kernel_regularizer,kernel_constraint");
}

int64_t ConvLayer::InputChannels(const BuildContext& context) const {
  format_.CheckRank(context.shape());
  return context.dim(format_.channel_axis());
}

void ConvLayer::AddKernel(BuildContext& context, std::string_view name, int64_t a, int64_t b,
                          const WeightOptions& options) const {
  Shape shape{std::span<const int64_t>(sizes_)};
  shape.Append(a);
  shape.Append(b);
  context.AddWeight(name, shape, options);
}

void ConvLayer::AddBias(BuildContext& context, int64_t channels) const {
  if (use_bias_) context.AddWeight("bias", {channels}, bias_);
}

void ConvLayer::Call(CallContext& context) {
  Operand y = Convolve(context, format_.ToOp(context.input()));
  if (use_bias_) y = Binary("BiasAdd", y, context.weight(num_kernels_));
  // Next to the product, with which it is fused. Softmax depends on which axis is the last.
  const bool is_inside = format_.is_channels_last() || activation_.is_elementwise();
  if (is_inside) y = activation_(y);
  y = format_.FromOp(y);
  context.set_output(is_inside ? y : activation_(y));
}

namespace {

void RefuseStridesWithDilation(const LayerConfig& config, const std::vector<int64_t>& strides,
                               const std::vector<int64_t>& dilations) {
  const auto is_more = [](int64_t value) { return value > 1; };
  if (std::any_of(strides.begin(), strides.end(), is_more) &&
      std::any_of(dilations.begin(), dilations.end(), is_more)) {
    config.Fail("dilation_rate", "1 with strides of more than 1");
  }
}

class Conv : public ConvLayer {
 public:
  Conv(LayerConfig& config, int rank)
      : ConvLayer(config, rank),
        filters_(ReadSize(config, "filters")),
        groups_(ReadSize(config, "groups", 1)),
        kernel_(config, "kernel", "glorot_uniform") {
    RefuseStridesWithDilation(config, strides_, dilations_);
    if (filters_ % groups_ != 0) config.Fail("groups", "a divisor of 'filters'");
  }

  void Build(BuildContext& context) override {
    const int64_t channels = InputChannels(context);
    if (channels % groups_ != 0) {
      Throw(Code::kShape, channels, " channels do not divide into ", groups_, " groups");
    }
    AddKernel(context, "kernel", channels / groups_, filters_, kernel_);
    AddBias(context, filters_);
  }

 private:
  Operand Convolve(CallContext& context, const Operand& x) override {
    const Operand filter = Filter(context);
    if (rank() < 3) return context.builder().Emit("Conv2D", {x, filter}, OpAttrs());
    // Conv3D has no groups.
    const auto parts = [&](const Operand& of) {
      const Operand axis = context.builder().Const(Tensor::Scalar<int32_t>(4));
      return context.builder().EmitAll("Split", {axis, of}, {{"num_split", groups_}});
    };
    if (groups_ == 1) return context.builder().Emit("Conv3D", {x, filter}, OpAttrs());
    const std::vector<Operand> xs = parts(x);
    std::vector<Operand> ys = parts(filter);
    for (size_t i = 0; i < ys.size(); ++i) {
      ys[i] = context.builder().Emit("Conv3D", {xs[i], ys[i]}, OpAttrs());
    }
    return Concat(ys, 4);
  }

  int64_t filters_;
  int64_t groups_;
  WeightOptions kernel_;
};

// The gradient of a convolution in its input.
class ConvTranspose : public ConvLayer {
 public:
  ConvTranspose(LayerConfig& config, int rank)
      : ConvLayer(config, rank),
        filters_(ReadSize(config, "filters")),
        output_padding_(config.MaybeInts("output_padding")),
        kernel_(config, "kernel", "glorot_uniform") {
    RefuseStridesWithDilation(config, strides_, dilations_);
    if (padding_ == "causal") config.Fail("padding", "valid or same");
    if (config.Has("groups") && config.Int("groups") != 1) config.Fail("groups", "1");
    if (!output_padding_) return;
    output_padding_ = config.Ints("output_padding", sizes_.size());
    for (size_t i = 0; i < sizes_.size(); ++i) {
      const int64_t padding = (*output_padding_)[i];
      if (padding < 0 || padding >= strides_[i]) {
        config.Fail("output_padding", "numbers from 0 to 'strides' - 1");
      }
    }
  }

  void Build(BuildContext& context) override {
    AddKernel(context, "kernel", filters_, InputChannels(context), kernel_);
    AddBias(context, filters_);
  }

 private:
  // Keras, keras/src/backend/common/backend_utils.py: the sum of all windows, cropped or extended
  // by zeros to the size of the output.
  Operand Convolve(CallContext& context, const Operand& x) override {
    const int first = x.shape().rank() - 1 - rank();
    // Of images: height and width.
    std::vector<int64_t> sizes(static_cast<size_t>(first - 1), 1);
    std::vector<int64_t> paddings(static_cast<size_t>(2 * first), 0);
    for (int i = 0; i < rank(); ++i) {
      const WindowAxis axis = Axis(i);
      const bool is_same = axis.padding == Padding::kSame;
      const int64_t steps = (x.shape()[first + i] - 1) * axis.stride;
      const int64_t full = steps + axis.extent();
      int64_t size = is_same ? steps + axis.stride : std::max(full, steps + axis.stride);
      if (output_padding_) {
        const int64_t cropped = is_same ? axis.extent() / 2 * 2 : 0;
        size = full - cropped + (*output_padding_)[static_cast<size_t>(i)];
      }
      const int64_t excess = std::max<int64_t>(0, full - size);
      sizes.push_back(size);
      paddings.insert(paddings.end(), {excess / 2, excess - excess / 2});
    }
    paddings.insert(paddings.end(), {0, 0});
    AttrMap attrs = OpAttrs();
    attrs.Set("padding", std::string("EXPLICIT"));
    attrs.Set("explicit_paddings", std::move(paddings));
    return context.builder().Emit(rank() == 3 ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
                                  {context.builder().Ints(sizes), Filter(context), x}, attrs);
  }

  int64_t filters_;
  std::optional<std::vector<int64_t>> output_padding_;
  WeightOptions kernel_;
};

// One filter, or several, for each channel.
class DepthwiseConv : public ConvLayer {
 public:
  DepthwiseConv(LayerConfig& config, int rank) : DepthwiseConv(config, rank, 1) {}

  void Build(BuildContext& context) override {
    const bool is_keras3 = generation_ == Generation::kKeras3;
    AddBias(context, AddDepthwise(context, is_keras3 ? "kernel" : "depthwise_kernel"));
  }

 protected:
  DepthwiseConv(LayerConfig& config, int rank, int num_kernels)
      : ConvLayer(config, rank, num_kernels),
        generation_(config.generation()),
        depth_multiplier_(ReadSize(config, "depth_multiplier", 1)),
        depthwise_(config, "depthwise", "glorot_uniform") {}

  // Returns the number of channels of the product.
  int64_t AddDepthwise(BuildContext& context, std::string_view name) const {
    const int64_t channels = InputChannels(context);
    AddKernel(context, name, channels, depth_multiplier_, depthwise_);
    return channels * depth_multiplier_;
  }

  Operand Convolve(CallContext& context, const Operand& x) override {
    return context.builder().Emit("DepthwiseConv2dNative", {x, Filter(context)}, OpAttrs());
  }

 private:
  Generation generation_;
  int64_t depth_multiplier_;
  WeightOptions depthwise_;
};

// A depthwise convolution, then a product of the channels of each pixel.
class SeparableConv : public DepthwiseConv {
 public:
  SeparableConv(LayerConfig& config, int rank)
      : DepthwiseConv(config, rank, 2),
        filters_(ReadSize(config, "filters")),
        pointwise_(config, "pointwise", "glorot_uniform") {}

  void Build(BuildContext& context) override {
    const int64_t channels = AddDepthwise(context, "depthwise_kernel");
    const Shape sizes = rank() == 1 ? Shape{1} : Shape{1, 1};
    Shape shape = sizes;
    shape.Append(channels);
    shape.Append(filters_);
    context.AddWeight("pointwise_kernel", shape, pointwise_);
    AddBias(context, filters_);
  }

 private:
  Operand Convolve(CallContext& context, const Operand& x) override {
    const std::vector<int64_t> strides(4, 1);
    return context.builder().Emit("Conv2D",
                                  {DepthwiseConv::Convolve(context, x), Filter(context, 1)},
                                  {{"strides", strides}, {"padding", std::string_view("VALID")}});
  }

  int64_t filters_;
  WeightOptions pointwise_;
};

}  // namespace

TFWASM_LAYER kConv1d = SpatialLayer<Conv, 1>("Conv1D", "Convolution1D");
TFWASM_LAYER kConv2d = SpatialLayer<Conv, 2>("Conv2D", "Convolution2D");
TFWASM_LAYER kConv3d = SpatialLayer<Conv, 3>("Conv3D", "Convolution3D");
TFWASM_LAYER kConv1dTranspose =
    SpatialLayer<ConvTranspose, 1>("Conv1DTranspose", "Convolution1DTranspose");
TFWASM_LAYER kConv2dTranspose =
    SpatialLayer<ConvTranspose, 2>("Conv2DTranspose", "Convolution2DTranspose,Deconvolution2D");
TFWASM_LAYER kConv3dTranspose =
    SpatialLayer<ConvTranspose, 3>("Conv3DTranspose", "Convolution3DTranspose,Deconvolution3D");
TFWASM_LAYER kDepthwiseConv1d = SpatialLayer<DepthwiseConv, 1>("DepthwiseConv1D");
TFWASM_LAYER kDepthwiseConv2d =
    SpatialLayer<DepthwiseConv, 2>("DepthwiseConv2D", "DepthwiseConvolution2D");
TFWASM_LAYER kSeparableConv1d =
    SpatialLayer<SeparableConv, 1>("SeparableConv1D", "SeparableConvolution1D");
TFWASM_LAYER kSeparableConv2d =
    SpatialLayer<SeparableConv, 2>("SeparableConv2D", "SeparableConvolution2D");

}  // namespace tfwasm
