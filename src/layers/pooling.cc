// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"
#include "layers/emit.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

enum class PoolingKind { kMax, kAverage };
using enum PoolingKind;

class Pooling : public WindowLayer {
 public:
  Pooling(LayerConfig& config, int rank, PoolingKind kind)
      : WindowLayer(config, rank, "pool_size", 2), kind_(kind) {
    strides_ = sizes_;
    if (config.MaybeInts("strides")) strides_ = ReadSizes(config, "strides", rank);
    if (padding_ == "causal") config.Fail("padding", "valid or same");
  }

  void Call(CallContext& context) override {
    AttrMap attrs = OpAttrs();
    attrs.Set("ksize", format_.OpList(sizes_));
    const std::string op = StrCat(kind_ == kMax ? "MaxPool" : "AvgPool", rank() == 3 ? "3D" : "");
    const Operand x = format_.ToOp(context.input());
    context.set_output(format_.FromOp(context.builder().Emit(op, {x}, attrs)));
  }

 private:
  PoolingKind kind_;
};

class GlobalPooling : public Layer {
 public:
  GlobalPooling(LayerConfig& config, int rank, PoolingKind kind)
      : format_(config, rank), keep_dims_(config.Bool("keepdims", false)), kind_(kind) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    format_.CheckRank(x.shape());
    if (kind_ == kAverage && format_.rank() == 1 && !context.mask().empty()) {
      context.set_output(MaskedMean(x, context.mask()));
      return;
    }
    context.set_output(
        Reduce(kind_ == kMax ? "Max" : "Mean", x, format_.SpatialAxes(), keep_dims_));
  }

 private:
  // sum(x * mask) / sum(mask)
  Operand MaskedMean(const Operand& x, const Operand& mask) const {
    const std::vector<int> axes = format_.SpatialAxes();
    const Operand counts = ExpandDims(Cast(mask, x.dtype()), format_.channel_axis());
    return Sum(x * counts, axes, keep_dims_) / Sum(counts, axes, keep_dims_);
  }

  SpatialFormat format_;
  bool keep_dims_;
  PoolingKind kind_;
};

// Output i of o covers the inputs from floor(i n / o) to ceil((i + 1) n / o) of n.
class AdaptivePooling : public Layer {
 public:
  AdaptivePooling(LayerConfig& config, int rank, PoolingKind kind)
      : format_(config, rank), sizes_(ReadSizes(config, "output_size", rank)), kind_(kind) {}

  void Call(CallContext& context) override {
    Operand x = context.input();
    format_.CheckRank(x.shape());
    // One axis after the other: all windows of a plane have the same size along the others.
    for (int i = 0; i < format_.rank(); ++i) {
      x = PoolAlong(x, format_.first_axis() + i, sizes_[static_cast<size_t>(i)]);
    }
    context.set_output(x);
  }

 private:
  // Gathers the windows as rows. Short ones repeat their last element, with weight 0.
  Operand PoolAlong(const Operand& x, int axis, int64_t count) const {
    const int64_t size = x.shape()[axis];
    if (size == 0) Throw(Code::kShape, "the input must not be empty, got ", x.shape());
    const auto first = [&](int64_t i) { return i * size / count; };
    const auto length = [&](int64_t i) { return ((i + 1) * size + count - 1) / count - first(i); };
    int64_t longest = 0;
    for (int64_t i = 0; i < count; ++i) longest = std::max(longest, length(i));
    Tensor positions(DType::kInt32, {count, longest});
    Shape weights_shape{count, longest};
    for (int i = axis + 1; i < x.shape().rank(); ++i) weights_shape.Append(1);
    Tensor weights(DType::kFloat32, weights_shape);
    auto* position = positions.mutable_values<int32_t>().data();
    auto* weight = weights.mutable_values<float>().data();
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t k = 0; k < longest; ++k) {
        *position++ = static_cast<int32_t>(first(i) + std::min(k, length(i) - 1));
        *weight++ = k < length(i) ? 1 / static_cast<float>(length(i)) : 0;
      }
    }
    Builder& builder = x.builder();
    const Operand windows = Gather(x, builder.Const(positions), axis);
    if (kind_ == kMax) return Reduce("Max", windows, {axis + 1}, false);
    return Sum(windows * builder.Const(weights), {axis + 1}, false);
  }

  SpatialFormat format_;
  std::vector<int64_t> sizes_;
  PoolingKind kind_;
};

}  // namespace

TFWASM_LAYER kMaxPooling1d = SpatialLayer<Pooling, 1, kMax>("MaxPooling1D", "MaxPool1D");
TFWASM_LAYER kMaxPooling2d = SpatialLayer<Pooling, 2, kMax>("MaxPooling2D", "MaxPool2D");
TFWASM_LAYER kMaxPooling3d = SpatialLayer<Pooling, 3, kMax>("MaxPooling3D", "MaxPool3D");
TFWASM_LAYER kAveragePooling1d =
    SpatialLayer<Pooling, 1, kAverage>("AveragePooling1D", "AvgPool1D");
TFWASM_LAYER kAveragePooling2d =
    SpatialLayer<Pooling, 2, kAverage>("AveragePooling2D", "AvgPool2D");
TFWASM_LAYER kAveragePooling3d =
    SpatialLayer<Pooling, 3, kAverage>("AveragePooling3D", "AvgPool3D");
TFWASM_LAYER kGlobalMaxPooling1d =
    SpatialLayer<GlobalPooling, 1, kMax>("GlobalMaxPooling1D", "GlobalMaxPool1D");
TFWASM_LAYER kGlobalMaxPooling2d =
    SpatialLayer<GlobalPooling, 2, kMax>("GlobalMaxPooling2D", "GlobalMaxPool2D");
TFWASM_LAYER kGlobalMaxPooling3d =
    SpatialLayer<GlobalPooling, 3, kMax>("GlobalMaxPooling3D", "GlobalMaxPool3D");
TFWASM_LAYER kGlobalAveragePooling1d =
    SpatialLayer<GlobalPooling, 1, kAverage>("GlobalAveragePooling1D", "GlobalAvgPool1D");
TFWASM_LAYER kGlobalAveragePooling2d =
    SpatialLayer<GlobalPooling, 2, kAverage>("GlobalAveragePooling2D", "GlobalAvgPool2D");
TFWASM_LAYER kGlobalAveragePooling3d =
    SpatialLayer<GlobalPooling, 3, kAverage>("GlobalAveragePooling3D", "GlobalAvgPool3D");
TFWASM_LAYER kAdaptiveMaxPooling1d = SpatialLayer<AdaptivePooling, 1, kMax>("AdaptiveMaxPooling1D");
TFWASM_LAYER kAdaptiveMaxPooling2d = SpatialLayer<AdaptivePooling, 2, kMax>("AdaptiveMaxPooling2D");
TFWASM_LAYER kAdaptiveMaxPooling3d = SpatialLayer<AdaptivePooling, 3, kMax>("AdaptiveMaxPooling3D");
TFWASM_LAYER kAdaptiveAveragePooling1d =
    SpatialLayer<AdaptivePooling, 1, kAverage>("AdaptiveAveragePooling1D");
TFWASM_LAYER kAdaptiveAveragePooling2d =
    SpatialLayer<AdaptivePooling, 2, kAverage>("AdaptiveAveragePooling2D");
TFWASM_LAYER kAdaptiveAveragePooling3d =
    SpatialLayer<AdaptivePooling, 3, kAverage>("AdaptiveAveragePooling3D");

}  // namespace tfwasm
