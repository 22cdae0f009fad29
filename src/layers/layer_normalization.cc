// SPDX-License-Identifier: Apache-2.0
// Layers that normalize each sample. Formulas: Ba et al., "Layer Normalization", 2016; Zhang and
// Sennrich, "Root Mean Square Layer Normalization", 2019; Wu and He, "Group Normalization", 2018;
// Keras, keras/src/layers/normalization.
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/normalization.h"

namespace tfwasm {

namespace {

Shape SizesOf(const BuildContext& context, const std::vector<int64_t>& axes) {
  Shape sizes;
  for (const int axis : NormalizeAxes(axes, context.shape().rank())) {
    sizes.Append(context.dim(axis));
  }
  return sizes;
}

class LayerNormalization : public Layer {
 public:
  explicit LayerNormalization(LayerConfig& config)
      : axes_(AxesOf(config, "axis", -1)),
        epsilon_(EpsilonOf(config, 1e-3)),
        affine_(config),
        // Despite its name, of the variance about the mean.
        keeps_mean_(config.Has("rms_scaling") && config.Bool("rms_scaling", false)) {
    if (keeps_mean_) affine_.UseOnlyGamma();
  }

  void Build(BuildContext& context) override { affine_.Build(context, SizesOf(context, axes_)); }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const std::vector<int> axes = NormalizeAxes(axes_, x.shape().rank());
    const Moments moments = MomentsOf(x, axes);
    const Operand factor = Unary("Rsqrt", moments.variance + epsilon_);
    const Operand y = keeps_mean_ ? x : x - moments.mean;
    context.set_output(affine_.Apply(context, y, factor, axes));
  }

 private:
  std::vector<int64_t> axes_;
  float epsilon_;
  Affine affine_;
  bool keeps_mean_;
};

class RmsNormalization : public Layer {
 public:
  explicit RmsNormalization(LayerConfig& config)
      : axes_(AxesOf(config, "axis", -1)), epsilon_(EpsilonOf(config, 1e-6)) {}

  void Build(BuildContext& context) override {
    context.AddWeight({.name = "scale",
                       .tensor = {DType::kFloat32, SizesOf(context, axes_)},
                       .initializer = "ones"});
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const std::vector<int> axes = NormalizeAxes(axes_, x.shape().rank());
    const Operand mean_square = Mean(x * x, axes, /*keep_dims=*/true);
    const Operand scale = Along(context.weight(0), x, axes);
    context.set_output(x * Unary("Rsqrt", mean_square + epsilon_) * scale);
  }

 private:
  std::vector<int64_t> axes_;
  float epsilon_;
};

class GroupNormalization : public Layer {
 public:
  explicit GroupNormalization(LayerConfig& config)
      : groups_(config.Int("groups", 32)),
        axis_(config.Int("axis", -1)),
        epsilon_(EpsilonOf(config, 1e-3)),
        affine_(config) {
    if (groups_ < 1 && groups_ != -1) config.Fail("groups", "a positive integer, or -1");
  }

  void Build(BuildContext& context) override {
    const int64_t channels = context.dim(static_cast<int>(axis_));
    if (channels % GroupsOf(channels) != 0) {
      Throw(Code::kLayer, channels, " channels cannot be split into ", groups_, " groups");
    }
    affine_.Build(context, {channels});
  }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    const Shape& shape = x.shape();
    const int axis = NormalizeAxis(axis_, shape.rank());
    if (axis == 0) Throw(Code::kShape, "the batch cannot be the axis of the channels");
    std::vector<int64_t> dims(shape.begin() + 1, shape.end());
    const std::vector<int64_t> ungrouped = dims;
    int64_t& channels = dims[static_cast<size_t>(axis) - 1];
    const int64_t groups = GroupsOf(channels);
    channels /= groups;
    dims.insert(dims.begin() + axis - 1, groups);
    const Operand grouped = BatchReshape(x, dims);
    const Moments moments = MomentsOf(grouped, OtherAxes({0, axis}, shape.rank() + 1));
    const Operand factor = Unary("Rsqrt", moments.variance + epsilon_);
    const Operand y = BatchReshape((grouped - moments.mean) * factor, ungrouped);
    context.set_output(affine_.Apply(context, y, Operand(), {axis}));
  }

 private:
  int64_t GroupsOf(int64_t channels) const { return groups_ == -1 ? channels : groups_; }

  int64_t groups_;
  int64_t axis_;
  float epsilon_;
  Affine affine_;
};

class UnitNormalization : public Layer {
 public:
  explicit UnitNormalization(LayerConfig& config)
      : axes_(AxesOf(config, "axis", -1)), least_(LeastSquareSum(config.generation())) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    context.set_output(Normalized(x, NormalizeAxes(axes_, x.shape().rank()), least_));
  }

 private:
  std::vector<int64_t> axes_;
  float least_;
};

// Of features, with statistics that are given or that JavaScript collects from data.
class Normalization : public Layer {
 public:
  explicit Normalization(LayerConfig& config) : invert_(config.Bool("invert", false)) {
    // null: one mean and one variance for all elements.
    if (config.IsNull("axis")) {
      config.Value("axis");
    } else {
      axes_ = AxesOf(config, "axis", -1);
    }
    mean_ = Numbers(config, "mean");
    variance_ = Numbers(config, "variance");
    if (mean_.empty() != variance_.empty()) config.Fail("variance", "it together with 'mean'");
  }

  void Build(BuildContext& context) override {
    if (!mean_.empty()) return;
    const auto add = [&](const char* name, TensorSpec spec, const char* initializer) {
      context.AddWeight(
          {.name = name, .tensor = spec, .trainable = false, .initializer = initializer});
    };
    const Shape shape = SizesOf(context, axes_);
    add("mean", {DType::kFloat32, shape}, "zeros");
    add("variance", {DType::kFloat32, shape}, "ones");
    add("count", {DType::kInt32, {}}, "zeros");
  }

  void Call(CallContext& context) override {
    const Operand x = Cast(context.input(), DType::kFloat32);
    const std::vector<int> axes = NormalizeAxes(axes_, x.shape().rank());
    const auto statistic = [&](const std::vector<float>& given, int weight) {
      return given.empty() ? Along(context.weight(weight), x, axes) : Constant(x, axes, given);
    };
    const Operand mean = statistic(mean_, 0);
    const Operand root = Unary("Sqrt", statistic(variance_, 1));
    const Operand deviation = Binary("Maximum", root, NumberLike(x, 1e-7f));
    context.set_output(invert_ ? mean + x * deviation : (x - mean) / deviation);
  }

 private:
  static void Flatten(const JsonValue& value, LayerConfig& config, std::string_view key,
                      std::vector<float>& numbers) {
    if (const auto* list = value.get_ptr<const JsonValue::array_t*>()) {
      for (const JsonValue& element : *list) Flatten(element, config, key, numbers);
    } else if (value.is_number()) {
      numbers.push_back(value.get<float>());
    } else if (!value.is_null()) {
      config.Fail(key, "numbers");
    }
  }

  static std::vector<float> Numbers(LayerConfig& config, std::string_view key) {
    std::vector<float> numbers;
    Flatten(config.Value(key), config, key, numbers);
    return numbers;
  }

  static Operand Constant(Operand x, const std::vector<int>& axes,
                          const std::vector<float>& numbers) {
    if (numbers.size() == 1) return NumberLike(x, numbers[0]);
    const Shape shape = KeepAxes(x.shape(), axes);
    if (static_cast<size_t>(shape.NumElements()) != numbers.size()) {
      Throw(Code::kShape, "the ", numbers.size(), " means and variances do not fit the input ",
            x.shape());
    }
    return x.builder().Const(Tensor::FromSpan<float>(shape, numbers));
  }

  std::vector<int64_t> axes_;
  bool invert_;
  std::vector<float> mean_;
  std::vector<float> variance_;
};

}  // namespace

TFWASM_LAYER kLayerNormalization =
    PassingLayer("LayerNormalization", MakeLayer<LayerNormalization>);
TFWASM_LAYER kRmsNormalization{.name = "RMSNormalization", .make = MakeLayer<RmsNormalization>};
TFWASM_LAYER kGroupNormalization =
    PassingLayer("GroupNormalization", MakeLayer<GroupNormalization>);
TFWASM_LAYER kUnitNormalization = PassingLayer("UnitNormalization", MakeLayer<UnitNormalization>);
TFWASM_LAYER kNormalization = PassingLayer("Normalization", MakeLayer<Normalization>);

}  // namespace tfwasm
