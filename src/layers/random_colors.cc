// SPDX-License-Identifier: Apache-2.0
// Layers that change the colors of images at random. Formulas: Keras,
// keras/src/layers/preprocessing/image_preprocessing/; TensorFlow, RGBToHSV and HSVToRGB.
#include <algorithm>
#include <cmath>

#include "layers/emit.h"
#include "layers/images.h"

namespace tfwasm {

namespace {

constexpr NumberRange kShare{0, 1};

// Less than `bound`.
Operand IsLess(const Operand& x, float bound) { return Binary("Less", x, NumberLike(x, bound)); }

Operand Channel(const Operand& x, int64_t i) { return Slice(x, 3, i, 1); }

void CheckColors(const Operand& x) {
  if (x.shape()[3] != 3) Throw(Code::kShape, "images with 3 colors are expected, got ", x.shape());
}

// In the channels of x.
Operand GrayOf(const Operand& x) {
  CheckColors(x);
  const Operand weights =
      Numbers(x.builder(), std::initializer_list<float>{0.2989f, 0.587f, 0.114f});
  return Sum(x * weights, {3}, true) + x * 0.0f;
}

// Hue, saturation and value, each from 0 to 1.
struct Hsv {
  Operand hue;
  Operand saturation;
  Operand value;
};

Hsv ToHsv(const Operand& x) {
  CheckColors(x);
  const Operand red = Channel(x, 0);
  const Operand green = Channel(x, 1);
  const Operand blue = Channel(x, 2);
  const Operand value = Reduce("Max", x, {3}, true);
  const Operand span = value - Reduce("Min", x, {3}, true);
  const auto place = [&](const Operand& a, const Operand& b, float offset) {
    return Binary("DivNoNan", a - b, span * 6.0f) + offset;
  };
  const auto is_value = [&](const Operand& color) { return Binary("Equal", color, value); };
  const Operand hue =
      Select(is_value(red), place(green, blue, 0),
             Select(is_value(green), place(blue, red, 1 / 3.0f), place(red, green, 2 / 3.0f)));
  const Operand colored = hue * Cast(Binary("Greater", span, NumberLike(span, 0)), hue.dtype());
  return {.hue = Select(IsLess(colored, 0), colored + 1.0f, colored),
          .saturation = Binary("DivNoNan", span, value),
          .value = value};
}

Operand ToRgb(const Hsv& hsv) {
  const auto part = [&](float middle, float factor, float offset) {
    return Clip(Unary("Abs", hsv.hue * 6.0f - middle) * factor + offset, 0, 1);
  };
  const Operand hues = Concat({part(3, 1, -1), part(2, -1, 2), part(4, -1, 2)}, 3);
  return ((1.0f - hsv.saturation) + hsv.saturation * hues) * hsv.value;
}

// x, whose values are in `range`, as values from 0 to `limit`; and back.
Operand FromRange(const Operand& x, NumberRange range, float limit) {
  return (x - range.low) * (limit / range.width());
}

Operand ToRange(const Operand& x, NumberRange range, float limit) {
  return x * (range.width() / limit) + range.low;
}

class ColorLayer : public RandomImageLayer {
 public:
  explicit ColorLayer(LayerConfig& config)
      : RandomImageLayer(config), range_(ReadValueRange(config)) {}

 protected:
  NumberRange range() const { return range_; }

  Operand Clipped(const Operand& x) const { return Clip(x, range_.low, range_.high); }

  Operand Brightened(const Operand& x, NumberRange factor) const {
    return Clipped(x + Draw(x, factor) * range_.width());
  }

  // From 1 - low to 1 + high.
  Operand Contrasted(const Operand& x, NumberRange factor) const {
    const Operand mean = Mean(x, {1, 2}, true);
    return Clipped((x - mean) * Draw(x, {1 - factor.low, 1 + factor.high}) + mean);
  }

  // A factor of 0.5 changes nothing.
  Operand Saturated(const Operand& x, NumberRange factor) const {
    const Operand share = Draw(x, factor);
    Hsv hsv = ToHsv(x);
    hsv.saturation = Clip(hsv.saturation * (share / (1.0f - share + 1e-7f)), 0, 1);
    return ToRgb(hsv);
  }

  // By at most half a turn.
  Operand Turned(const Operand& x, NumberRange factor) const {
    Hsv hsv = ToHsv(FromRange(x, range_, 1));
    const Operand hue = hsv.hue + Draw(x, factor) * DrawSign(x) * 0.5f;
    hsv.hue = hue - Unary("Floor", hue);
    return ToRange(Clip(ToRgb(hsv), 0, 1), range_, 1);
  }

 private:
  NumberRange range_;
};

// "factor" of RandomContrast: one number is both.
NumberRange ReadContrast(LayerConfig& config, std::string_view key) {
  const NumberRange factor = ReadFactor(config, key, kShare);
  if (!config.IsList(key)) return {factor.high, factor.high};
  return factor;
}

class RandomBrightness : public ColorLayer {
 public:
  explicit RandomBrightness(LayerConfig& config)
      : ColorLayer(config), factor_(ReadFactor(config, "factor", {-1, 1})) {}

 protected:
  Operand Change(const Operand& x) const override { return Brightened(x, factor_); }

 private:
  NumberRange factor_;
};

class RandomContrast : public ColorLayer {
 public:
  explicit RandomContrast(LayerConfig& config)
      : ColorLayer(config), factor_(ReadContrast(config, "factor")) {}

 protected:
  Operand Change(const Operand& x) const override { return Contrasted(x, factor_); }

 private:
  NumberRange factor_;
};

// The layers with one factor from 0 to 1.
enum class ColorKind : uint8_t { kSaturation, kHue, kSharpness, kDegeneration, kInversion, kGray };

class RandomColor : public ColorLayer {
 public:
  RandomColor(LayerConfig& config, ColorKind kind)
      : ColorLayer(config), kind_(kind), factor_(ReadColorFactor(config, kind)) {}

 protected:
  Operand Change(const Operand& x) const override {
    switch (kind_) {
      case ColorKind::kSaturation:
        return Saturated(x, factor_);
      case ColorKind::kHue:
        return Turned(x, factor_);
      case ColorKind::kSharpness:
        return Sharpened(x);
      case ColorKind::kDegeneration:
        return Clipped(x + Draw(x, factor_) * (GrayOf(x) - x));
      case ColorKind::kInversion:
        return Perhaps(x, range().high - x, factor_);
      case ColorKind::kGray:
        return Perhaps(x, GrayOf(x), {factor_.high, factor_.high});
    }
    return x;
  }

 private:
  static NumberRange ReadColorFactor(LayerConfig& config, ColorKind kind) {
    if (kind == ColorKind::kInversion) return ReadFactor(config, "factor", kShare, 1);
    if (kind == ColorKind::kGray) return ReadFactor(config, "factor", kShare, 0.5);
    return ReadFactor(config, "factor", kShare);
  }

  // A factor of 0.5 changes nothing; 0 is a blur.
  Operand Sharpened(const Operand& x) const {
    const int64_t channels = x.shape()[3];
    Tensor filter(DType::kFloat32, {3, 3, channels, 1});
    const auto values = filter.mutable_values<float>();
    for (size_t i = 0; i < values.size(); ++i) {
      const bool is_middle = static_cast<int64_t>(i) / channels == 4;
      values[i] = is_middle ? 5 / 13.0f : 1 / 13.0f;
    }
    const std::vector<int64_t> strides{1, 1, 1, 1};
    const Operand smooth =
        x.builder().Emit("DepthwiseConv2dNative", {x, x.builder().Const(std::move(filter))},
                         {{"strides", strides}, {"padding", "SAME"}});
    return Clipped(x + (1.0f - Draw(x, factor_) * 2.0f) * (smooth - x));
  }

  ColorKind kind_;
  NumberRange factor_;
};

class RandomColorJitter : public ColorLayer {
 public:
  explicit RandomColorJitter(LayerConfig& config)
      : ColorLayer(config),
        brightness_(MaybeFactor(config, "brightness_factor", {-1, 1})),
        saturation_(MaybeFactor(config, "saturation_factor", kShare)),
        hue_(MaybeFactor(config, "hue_factor", kShare)) {
    config.Value("contrast_factor");
    if (config.Has("contrast_factor")) contrast_ = ReadContrast(config, "contrast_factor");
  }

 protected:
  Operand Change(const Operand& x) const override {
    Operand y = brightness_ ? Brightened(x, *brightness_) : x;
    if (contrast_) y = Contrasted(y, *contrast_);
    if (saturation_) y = Saturated(y, *saturation_);
    return hue_ ? Turned(y, *hue_) : y;
  }

 private:
  std::optional<NumberRange> brightness_;
  std::optional<NumberRange> contrast_;
  std::optional<NumberRange> saturation_;
  std::optional<NumberRange> hue_;
};

class RandomPosterization : public ColorLayer {
 public:
  // A number of bits.
  explicit RandomPosterization(LayerConfig& config)
      : ColorLayer(config), bits_(ReadFactor(config, "factor", {1, 8})) {}

 protected:
  Operand Change(const Operand& x) const override {
    const Operand bits = Unary("Floor", Draw(x, bits_));
    const Operand step = Unary("Round", Binary("Pow", NumberLike(x, 2), 8.0f - bits));
    const Operand bytes = Unary("Floor", FromRange(x, range(), 255));
    return ToRange(Unary("Floor", bytes / step) * step, range(), 255);
  }

 private:
  NumberRange bits_;
};

class Solarization : public ColorLayer {
 public:
  explicit Solarization(LayerConfig& config)
      : ColorLayer(config),
        addition_(ReadFactor(config, "addition_factor", kShare, 0)),
        threshold_(ReadFactor(config, "threshold_factor", kShare, 0)) {}

 protected:
  Operand Change(const Operand& x) const override {
    const auto draw = [&](NumberRange factor) { return Draw(x, {factor.low, factor.high * 255}); };
    const Operand y = Clip(FromRange(x, range(), 255) + draw(addition_), 0, 255);
    const Operand is_dark = Binary("Less", y, draw(threshold_));
    return ToRange(Select(is_dark, y, 255.0f - y), range(), 255);
  }

 private:
  NumberRange addition_;
  NumberRange threshold_;
};

class Equalization : public ColorLayer {
 public:
  explicit Equalization(LayerConfig& config) : ColorLayer(config), bins_(config.Int("bins", 256)) {
    if (bins_ < 2 || bins_ > 1 << 20) config.Fail("bins", "an integer from 2 to 2^20");
  }

 protected:
  Operand Change(const Operand& x) const override {
    const Operand y = FromRange(x, range(), 255);
    return ToRange(x.builder().Emit("_EqualizeHistogram", {y}, {{"bins", bins_}}), range(), 255);
  }

 private:
  int64_t bins_;
};

class RandomErasing : public ColorLayer {
 public:
  explicit RandomErasing(LayerConfig& config)
      : ColorLayer(config),
        chance_(ReadFactor(config, "factor", kShare, 1)),
        scale_(ReadRange(config, "scale", {0.02f, 0.33f}, kShare)),
        fill_(config.MaybeNumbers("fill_value")) {
    if (fill_ && fill_->size() != 1 && fill_->size() != 3) {
      config.Fail("fill_value", "one number or three");
    }
  }

 protected:
  // A rectangle whose sides are the square roots of two random shares of the image's.
  Operand Change(const Operand& x) const override {
    const Operand is_inside = Binary("LogicalAnd", IsInside(x, 1), IsInside(x, 2));
    return Perhaps(x, Select(is_inside, Clipped(Filling(x)), x), chance_);
  }

 private:
  Operand Filling(const Operand& x) const {
    if (!fill_) return source().Normal(x, 0, range().high);
    return x * 0.0f + Numbers(x.builder(), *fill_);
  }

  Operand IsInside(const Operand& x, int axis) const {
    const int64_t size = x.shape()[axis];
    Tensor places(DType::kFloat32, Shape{1, 1, 1, 1}.WithDim(axis, size));
    float next = 0;
    for (float& place : places.mutable_values<float>()) place = next++;
    const Operand at = x.builder().Const(std::move(places));
    const auto whole = static_cast<float>(size);
    const Operand length = Unary("Sqrt", Draw(x, scale_)) * whole;
    const Operand begin = Draw(x, kShare) * (whole - length);
    return Binary("LogicalAnd", Binary("GreaterEqual", at, begin),
                  Binary("Less", at, begin + length));
  }

  NumberRange chance_;
  NumberRange scale_;
  std::optional<std::vector<float>> fill_;  // random numbers if there is none
};

class RandomGaussianBlur : public ColorLayer {
 public:
  explicit RandomGaussianBlur(LayerConfig& config)
      : ColorLayer(config),
        chance_(ReadFactor(config, "factor", kShare, 1)),
        sizes_(config.Ints("kernel_size", 2, 3)),
        sigma_(ReadFactor(config, "sigma", kShare, 1)) {
    for (const int64_t size : sizes_) {
      if (size < 1 || size % 2 == 0 || size > 1001) config.Fail("kernel_size", "odd integers");
    }
  }

 protected:
  Operand Change(const Operand& x) const override {
    return Clipped(Perhaps(x, Blurred(Blurred(x, 0), 1), chance_));
  }

 private:
  // Along one axis, with one deviation for the batch. Pixels outside are 0.
  Operand Blurred(const Operand& x, size_t i) const {
    Builder& builder = x.builder();
    const int64_t size = sizes_[i];
    Tensor squares(DType::kFloat32, i == 0 ? Shape{size, 1, 1, 1} : Shape{1, size, 1, 1});
    float at = -static_cast<float>(size / 2);
    for (float& square : squares.mutable_values<float>()) {
      square = -0.5f * at * at;
      ++at;
    }
    const Operand sigma = source().Uniform(builder.Const(Tensor::Scalar(0.0f))) * sigma_.width() +
                          (sigma_.low + 1e-6f);
    Operand filter = Unary("Exp", builder.Const(std::move(squares)) / (sigma * sigma));
    filter = filter / Sum(filter, {0, 1}, true);
    const Operand ones = Fill(builder, DType::kFloat32, {1, 1, x.shape()[3], 1}, 1);
    const std::vector<int64_t> strides{1, 1, 1, 1};
    return builder.Emit("DepthwiseConv2dNative", {x, filter * ones},
                        {{"strides", strides}, {"padding", "SAME"}});
  }

  NumberRange chance_;
  std::vector<int64_t> sizes_;
  NumberRange sigma_;
};

template <ColorKind kKind>
constexpr LayerDef ColorDef(std::string_view name) {
  return PassingLayer(name, MakeLayer<RandomColor, kKind>);
}

}  // namespace

TFWASM_LAYER kRandomBrightness = PassingLayer("RandomBrightness", MakeLayer<RandomBrightness>);
TFWASM_LAYER kRandomContrast = PassingLayer("RandomContrast", MakeLayer<RandomContrast>);
TFWASM_LAYER kRandomSaturation = ColorDef<ColorKind::kSaturation>("RandomSaturation");
TFWASM_LAYER kRandomHue = ColorDef<ColorKind::kHue>("RandomHue");
TFWASM_LAYER kRandomSharpness = ColorDef<ColorKind::kSharpness>("RandomSharpness");
TFWASM_LAYER kRandomColorDegeneration =
    ColorDef<ColorKind::kDegeneration>("RandomColorDegeneration");
TFWASM_LAYER kRandomInvert = ColorDef<ColorKind::kInversion>("RandomInvert");
TFWASM_LAYER kRandomGrayscale = ColorDef<ColorKind::kGray>("RandomGrayscale");
TFWASM_LAYER kRandomColorJitter = PassingLayer("RandomColorJitter", MakeLayer<RandomColorJitter>);
TFWASM_LAYER kRandomPosterization =
    PassingLayer("RandomPosterization", MakeLayer<RandomPosterization>);
TFWASM_LAYER kSolarization = PassingLayer("Solarization", MakeLayer<Solarization>);
TFWASM_LAYER kEqualization = PassingLayer("Equalization", MakeLayer<Equalization>);
TFWASM_LAYER kRandomErasing = PassingLayer("RandomErasing", MakeLayer<RandomErasing>);
TFWASM_LAYER kRandomGaussianBlur =
    PassingLayer("RandomGaussianBlur", MakeLayer<RandomGaussianBlur>);

}  // namespace tfwasm
