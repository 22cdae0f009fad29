// SPDX-License-Identifier: Apache-2.0
// Convolutions with a filter of its own for each output position (Keras 2).
#include <algorithm>

#include "core/error.h"
#include "layers/activations.h"
#include "layers/emit.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

// Which input positions each output position reads.
struct Windows {
  std::vector<int64_t> in_sizes;
  std::vector<int64_t> out_sizes;
  int64_t inputs = 1;
  int64_t outputs = 1;
  int64_t taps = 1;
  std::vector<int64_t> reached;  // [outputs, taps]; -1: outside of the input

  // The number of positions inside of the input that outputs [begin, end) read.
  int64_t CountInside(int64_t begin, int64_t end) const {
    return std::count_if(reached.data() + begin * taps, reached.data() + end * taps,
                         [](int64_t input) { return input >= 0; });
  }
};

Windows MakeWindows(const std::vector<WindowAxis>& axes, const std::vector<int64_t>& in_sizes) {
  constexpr int64_t kMostPositions = 1 << 24;
  Windows windows{.in_sizes = in_sizes, .out_sizes = {}, .reached = {0}};
  for (size_t i = 0; i < axes.size(); ++i) {
    const AxisGeometry geometry = ResolveAxis(axes[i], in_sizes[i]);
    windows.inputs *= in_sizes[i];
    const int64_t positions = windows.outputs * windows.taps;
    if (axes[i].size > kMostPositions / std::max<int64_t>(1, geometry.output * positions)) {
      Throw(Code::kLimit, "windows of ", axes[i].size, " at ", geometry.output,
            " positions are too many");
    }
    // Appends this axis to those of the outputs, and to those of the taps.
    std::vector<int64_t> reached;
    for (int64_t outer = 0; outer < windows.outputs; ++outer) {
      for (int64_t out = 0; out < geometry.output; ++out) {
        for (int64_t tap = 0; tap < windows.taps; ++tap) {
          const int64_t base = windows.reached[static_cast<size_t>(outer * windows.taps + tap)];
          for (int64_t k = 0; k < axes[i].size; ++k) {
            const int64_t at = out * axes[i].stride - geometry.before + k;
            const bool is_inside = base >= 0 && at >= 0 && at < in_sizes[i];
            reached.push_back(is_inside ? base * in_sizes[i] + at : -1);
          }
        }
      }
    }
    windows.reached = std::move(reached);
    windows.out_sizes.push_back(geometry.output);
    windows.outputs *= geometry.output;
    windows.taps *= axes[i].size;
  }
  return windows;
}

// How a kernel stores its weights.
struct KernelLayout {
  // 1: [outputs, taps * channels, filters].
  // 2: [inputs, channels, outputs, filters].
  // 3: those of 2 that count, in one list, sorted by output, filter, input, channel.
  int64_t implementation;
  // If false, the axes (taps, channels), (inputs, channels) and (outputs, filters) are swapped.
  bool is_channels_last;
  int64_t channels;
  int64_t filters;

  // The index of `minor` and `major` in two axes of sizes [.., size] that may be swapped, where
  // `major` is one of `count`.
  int64_t Pair(int64_t major, int64_t count, int64_t minor, int64_t size) const {
    return is_channels_last ? major * size + minor : minor * count + major;
  }

  Shape KernelShape(const Windows& windows) const;
  // The indices of the weights [outputs, filters, taps * channels].
  Tensor Positions(const Windows& windows) const;
};

Shape KernelLayout::KernelShape(const Windows& windows) const {
  if (implementation == 1) return {windows.outputs, windows.taps * channels, filters};
  if (implementation == 3) {
    return {windows.CountInside(0, windows.outputs) * channels * filters};
  }
  std::vector<int64_t> dims;
  const auto add = [&](const std::vector<int64_t>& sizes, int64_t depth) {
    if (!is_channels_last) dims.push_back(depth);
    dims.insert(dims.end(), sizes.begin(), sizes.end());
    if (is_channels_last) dims.push_back(depth);
  };
  add(windows.in_sizes, channels);
  add(windows.out_sizes, filters);
  return Shape(std::span<const int64_t>(dims));
}

Tensor KernelLayout::Positions(const Windows& windows) const {
  const int64_t taps = windows.taps;
  Tensor positions(DType::kInt32, {windows.outputs, filters, taps * channels});
  auto* position = positions.mutable_values<int32_t>().data();
  int64_t before = 0;  // inputs of the outputs so far
  const int64_t all = windows.CountInside(0, windows.outputs);
  for (int64_t out = 0; out < windows.outputs; ++out) {
    const int64_t here = windows.CountInside(out, out + 1);
    for (int64_t filter = 0; filter < filters; ++filter) {
      int64_t nth = 0;  // of the inputs of this output
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t in = windows.reached[static_cast<size_t>(out * taps + tap)];
        for (int64_t channel = 0; channel < channels; ++channel) {
          int64_t index = 0;  // outside of the input any weight will do
          if (implementation == 1) {
            index = (out * taps * channels + Pair(tap, taps, channel, channels)) * filters + filter;
          } else if (in >= 0 && implementation == 2) {
            index = Pair(in, windows.inputs, channel, channels) * windows.outputs * filters +
                    Pair(out, windows.outputs, filter, filters);
          } else if (in >= 0) {
            const int64_t first =
                is_channels_last ? before * filters + filter * here : filter * all + before;
            index = first * channels + Pair(nth, here, channel, channels);
          }
          *position++ = static_cast<int32_t>(index);
        }
        nth += in >= 0 ? 1 : 0;
      }
    }
    before += here;
  }
  return positions;
}

class LocallyConnected : public WindowLayer {
 public:
  LocallyConnected(LayerConfig& config, int rank)
      : WindowLayer(config, rank, "kernel_size", 0),
        filters_(ReadSize(config, "filters")),
        implementation_(config.Int("implementation", 1)),
        activation_(config, "activation"),
        use_bias_(config.Bool("use_bias", true)),
        kernel_(config, "kernel", "glorot_uniform"),
        bias_(config, "bias", "zeros") {
    strides_ = ReadSizes(config, "strides", rank, 1);
    if (implementation_ < 1 || implementation_ > 3) config.Fail("implementation", "1, 2 or 3");
    if (padding_ == "causal") config.Fail("padding", "valid or same");
    if (padding_ == "same" && implementation_ == 1) {
      config.Fail("padding", "valid, with implementation 1");
    }
  }

  void Build(BuildContext& context) override {
    format_.CheckRank(context.shape());
    std::vector<int64_t> sizes;
    for (const int axis : format_.SpatialAxes()) sizes.push_back(context.dim(axis));
    const Windows windows = MakeWindows(Axes(), sizes);
    const KernelLayout layout = Layout(context.dim(format_.channel_axis()));
    context.AddWeight("kernel", layout.KernelShape(windows), kernel_);
    if (!use_bias_) return;
    std::vector<int64_t> dims = windows.out_sizes;
    dims.push_back(filters_);
    context.AddWeight("bias", Shape(std::span<const int64_t>(dims)), bias_);
  }

  void Call(CallContext& context) override {
    Builder& builder = context.builder();
    Operand x = format_.ToLast(context.input());
    const Shape shape = x.shape();
    const auto in_sizes = shape.dims().subspan(1, static_cast<size_t>(rank()));
    Windows windows = MakeWindows(Axes(), {in_sizes.begin(), in_sizes.end()});
    const int64_t channels = shape[rank() + 1];
    const Operand weights = Gather(builder.Emit("Reshape", {context.weight(0), builder.Ints({-1})}),
                                   builder.Const(Layout(channels).Positions(windows)), 0);
    // One more position, of zeros, for those outside.
    x = BatchReshape(x, {windows.inputs, channels});
    Tensor paddings(DType::kInt32, {3, 2});
    std::fill_n(paddings.mutable_values<int32_t>().data(), 6, 0);
    paddings.mutable_values<int32_t>()[3] = 1;
    x = builder.Emit("Pad", {x, builder.Const(paddings)});
    std::replace(windows.reached.begin(), windows.reached.end(), int64_t{-1}, windows.inputs);
    x = Gather(x, builder.Ints(windows.reached), 1);
    x = BatchReshape(x, {windows.outputs, windows.taps * channels});
    Operand y =
        builder.Emit("Einsum", {x, weights}, {{"equation", std::string_view("nok,ofk->nof")}});
    std::vector<int64_t> dims = windows.out_sizes;
    dims.push_back(filters_);
    y = format_.FromLast(BatchReshape(y, std::move(dims)));
    if (use_bias_) y = y + Bias(context.weight(1));
    context.set_output(activation_(y));
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    Shape shape = inputs[0].shape;
    format_.CheckRank(shape);
    for (int i = 0; i < rank(); ++i) {
      int64_t& size = shape[format_.first_axis() + i];
      size = ResolveAxis(Axis(i), size).output;
    }
    shape[format_.channel_axis()] = filters_;
    return std::vector<TensorSpec>{{inputs[0].dtype, shape}};
  }

 private:
  std::vector<WindowAxis> Axes() const {
    std::vector<WindowAxis> axes;
    for (int i = 0; i < rank(); ++i) axes.push_back(Axis(i));
    return axes;
  }

  KernelLayout Layout(int64_t channels) const {
    return {.implementation = implementation_,
            .is_channels_last = format_.is_channels_last(),
            .channels = channels,
            .filters = filters_};
  }

  // Keras 2 stores [outputs, filters], and with channels first reshapes that to
  // [filters, outputs] without moving anything.
  Operand Bias(const Operand& bias) const {
    if (format_.is_channels_last()) return bias;
    Shape shape{filters_};
    for (int i = 0; i < rank(); ++i) shape.Append(bias.shape()[i]);
    return Reshape(bias, shape);
  }

  int64_t filters_;
  int64_t implementation_;
  LayerActivation activation_;
  bool use_bias_;
  WeightOptions kernel_;
  WeightOptions bias_;
};

}  // namespace

TFWASM_LAYER kLocallyConnected1d = SpatialLayer<LocallyConnected, 1>("LocallyConnected1D");
TFWASM_LAYER kLocallyConnected2d = SpatialLayer<LocallyConnected, 2>("LocallyConnected2D");

}  // namespace tfwasm
