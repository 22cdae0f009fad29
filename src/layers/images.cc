// SPDX-License-Identifier: Apache-2.0
// Layers that rescale, resize and crop images. Semantics: Keras,
// keras/src/layers/preprocessing/image_preprocessing/.
#include "layers/images.h"

#include <algorithm>
#include <cmath>

#include "core/str_cat.h"
#include "layers/categories.h"
#include "layers/emit.h"
#include "layers/resampling.h"

namespace tfwasm {

namespace {

constexpr int64_t kLargestSide = (1 << 24) - 1;

int64_t ReadSide(LayerConfig& config, std::string_view key) {
  const int64_t side = config.Int(key);
  if (side < 1 || side > kLargestSide) config.Fail(key, "a positive integer below 2^24");
  return side;
}

}  // namespace

ImageLayer::ImageLayer(LayerConfig& config)
    : format_(config.Has("data_format") ? SpatialFormat(config, 2) : SpatialFormat(2)) {}

void ImageLayer::Call(CallContext& context) {
  Operand x = Cast(context.input(), DType::kFloat32);
  const bool is_single = x.shape().rank() == 3;
  if (is_single) x = ExpandDims(x, 0);
  format_.CheckRank(x.shape());
  const Operand y = format_.FromLast(Transform(format_.ToLast(x), context.training()));
  context.set_output(is_single ? Squeeze(y, 0) : y);
}

TargetSize::TargetSize(LayerConfig& config)
    : height(ReadSide(config, "height")), width(ReadSide(config, "width")) {}

NumberRange ReadRange(LayerConfig& config, std::string_view key, NumberRange fallback,
                      NumberRange bounds) {
  const auto given = MaybeFloats(config, key);
  if (!given) {
    config.Value(key, std::vector<float>{fallback.low, fallback.high});
    return fallback;
  }
  const auto [low, high] = std::minmax_element(given->begin(), given->end());
  if (given->size() != 2 || !(*low >= bounds.low && *high <= bounds.high)) {
    config.Fail(key, StrCat("numbers from ", bounds.low, " to ", bounds.high));
  }
  return {*low, *high};
}

NumberRange ReadValueRange(LayerConfig& config) {
  const NumberRange range = ReadRange(config, "value_range", {0, 255}, {-1e30f, 1e30f});
  if (range.width() == 0) config.Fail("value_range", "two numbers that differ");
  return range;
}

std::optional<NumberRange> MaybeFactor(LayerConfig& config, std::string_view key,
                                       NumberRange bounds) {
  if (config.IsList(key)) return ReadRange(config, key, {}, bounds);
  const auto factor = config.MaybeNumber(key);
  if (!factor) return std::nullopt;
  if (!(*factor >= double{bounds.low} && *factor <= double{bounds.high})) {
    config.Fail(key, StrCat("numbers from ", bounds.low, " to ", bounds.high));
  }
  const float size = std::abs(static_cast<float>(*factor));
  return NumberRange{std::max(-size, bounds.low), size};
}

NumberRange ReadFactor(LayerConfig& config, std::string_view key, NumberRange bounds,
                       std::optional<float> fallback) {
  const auto factor = MaybeFactor(config, key, bounds);
  if (factor) return *factor;
  if (!fallback) config.Fail(key, "one or two numbers");
  config.Value(key, *fallback);
  return {std::max(-*fallback, bounds.low), *fallback};
}

Operand RandomImageLayer::DrawNumbers(const Operand& x) const {
  Operand one = x;
  for (int axis = 1; axis < 4; ++axis) one = Slice(one, axis, 0, 1);
  const Operand column = BatchReshape(one, {1});
  return source_.Uniform(Concat(std::vector<Operand>(8, column), 1));
}

namespace {

class Rescaling : public Layer {
 public:
  explicit Rescaling(LayerConfig& config)
      : scale_(MaybeFloats(config, "scale")), offset_(MaybeFloats(config, "offset")) {
    if (!scale_) config.Fail("scale", "numbers");
    if (!offset_) config.Value("offset", 0);
  }

  // One number, or one for each channel.
  void Call(CallContext& context) override {
    Builder& builder = context.builder();
    const Operand x = Cast(context.input(), DType::kFloat32) * Numbers(builder, *scale_);
    context.set_output(offset_ ? x + Numbers(builder, *offset_) : x);
  }

 private:
  std::optional<std::vector<float>> scale_;
  std::optional<std::vector<float>> offset_;
};

class Resizing : public ImageLayer {
 public:
  explicit Resizing(LayerConfig& config)
      : ImageLayer(config),
        size_(config),
        method_(ReadInterpolation(config)),
        is_cropping_(config.Bool("crop_to_aspect_ratio", false)) {
    // Keys of Keras 3.
    if (config.Has("pad_to_aspect_ratio")) is_padding_ = config.Bool("pad_to_aspect_ratio", false);
    if (config.Has("antialias")) antialias_ = config.Bool("antialias", false);
    if (config.Has("fill_mode")) config.OneOf("fill_mode", "constant", {"constant"});
    if (config.Has("fill_value")) fill_ = static_cast<float>(config.Number("fill_value"));
    if (is_cropping_ && is_padding_) {
      config.Fail("pad_to_aspect_ratio", "false, with 'crop_to_aspect_ratio'");
    }
  }

 protected:
  Operand Transform(const Operand& x, bool /*is_training*/) const override {
    if (is_cropping_) {
      return CropAndResizeImages(x, size_.height, size_.width, method_, antialias_);
    }
    return ResizeImages(is_padding_ ? Padded(x) : x, size_.height, size_.width, method_,
                        antialias_);
  }

 private:
  // Equally wide on both sides, so that the ratio may be missed by one pixel, as in Keras.
  Operand Padded(const Operand& x) const {
    const int64_t rows = x.shape()[1];
    const int64_t columns = x.shape()[2];
    const int64_t top = std::max((columns * size_.height / size_.width - rows) / 2, int64_t{0});
    const int64_t left = std::max((rows * size_.width / size_.height - columns) / 2, int64_t{0});
    Builder& builder = x.builder();
    const Operand widths = Reshape(builder.Ints({0, 0, top, top, left, left, 0, 0}), {4, 2});
    return builder.Emit("PadV2", {x, widths, NumberLike(x, fill_)});
  }

  TargetSize size_;
  std::string method_;
  bool is_cropping_;
  bool is_padding_ = false;
  bool antialias_ = false;
  float fill_ = 0;
};

class CenterCrop : public ImageLayer {
 public:
  explicit CenterCrop(LayerConfig& config) : ImageLayer(config), size_(config) {}

 protected:
  Operand Transform(const Operand& x, bool /*is_training*/) const override {
    const int64_t rows = x.shape()[1] - size_.height;
    const int64_t columns = x.shape()[2] - size_.width;
    if (rows < 0 || columns < 0) {
      return CropAndResizeImages(x, size_.height, size_.width, "bilinear");
    }
    return Slice(Slice(x, 1, rows / 2, size_.height), 2, columns / 2, size_.width);
  }

 private:
  TargetSize size_;
};

class AutoContrast : public ImageLayer {
 public:
  explicit AutoContrast(LayerConfig& config) : ImageLayer(config), range_(ReadValueRange(config)) {}

 protected:
  Operand Transform(const Operand& x, bool /*is_training*/) const override {
    const Operand low = Reduce("Min", x, {1, 2}, true);
    const Operand span = Reduce("Max", x, {1, 2}, true) - low;
    const Operand y = Binary("DivNoNan", x - low, span) * range_.width() + range_.low;
    // Channels of one value stay as they are.
    return Select(Binary("Greater", span, NumberLike(x, 0)), y, x);
  }

 private:
  NumberRange range_;
};

}  // namespace

TFWASM_LAYER kRescaling = PassingLayer("Rescaling", MakeLayer<Rescaling>);
TFWASM_LAYER kResizing{.name = "Resizing", .make = MakeLayer<Resizing>};
TFWASM_LAYER kCenterCrop{.name = "CenterCrop", .make = MakeLayer<CenterCrop>};
TFWASM_LAYER kAutoContrast{.name = "AutoContrast", .make = MakeLayer<AutoContrast>};

}  // namespace tfwasm
