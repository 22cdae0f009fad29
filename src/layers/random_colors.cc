// SPDX-License-Identifier: Apache-2.0
// Layers that change the colors of images at random. What they do is in ops/change_colors.cc.
#include <limits>

#include "layers/categories.h"
#include "layers/emit.h"
#include "layers/images.h"
#include "ops/color_change.h"

namespace tfwasm {

namespace {

constexpr NumberRange kShare{0, 1};
constexpr NumberRange kSigned{-1, 1};

// Makes the attribute "numbers".
class ColorNumbers {
 public:
  explicit ColorNumbers(LayerConfig& config) : config_(config) {}

  std::vector<float> Read(ColorKind kind) {
    ReadKeys(config_, kind);
    numbers_.resize(8, 0);
    return std::move(numbers_);
  }

 private:
  void ReadKeys(LayerConfig& config, ColorKind kind) {
    switch (kind) {
      case ColorKind::kBrightness:
        return Add(ReadFactor(config, "factor", kSigned));
      case ColorKind::kContrast:
        return AddContrast("factor");
      case ColorKind::kJitter:
        AddMaybe("brightness_factor", kSigned);
        if (config.Has("contrast_factor")) {
          AddContrast("contrast_factor");
        } else {
          AddMaybe("contrast_factor", kShare);
        }
        AddMaybe("saturation_factor", kShare);
        return AddMaybe("hue_factor", kShare);
      case ColorKind::kGray: {
        const float chance = ReadFactor(config, "factor", kShare, 0.5f).high;
        return Add({chance, chance});
      }
      case ColorKind::kPosterization:
        return Add(ReadFactor(config, "factor", {1, 8}));
      case ColorKind::kInversion:
        return Add(ReadFactor(config, "factor", kShare, 1));
      case ColorKind::kSolarization:
        AddBytes("addition_factor");
        return AddBytes("threshold_factor");
      case ColorKind::kEqualization: {
        const int64_t bins = config.Int("bins", 256);
        if (bins < 2 || bins > 1 << 20) config.Fail("bins", "an integer from 2 to 2^20");
        return Add({static_cast<float>(bins), 0});
      }
      case ColorKind::kErasing:
        Add(ReadFactor(config, "factor", kShare, 1));
        return Add(ReadRange(config, "scale", {0.02f, 0.33f}, kShare));
      case ColorKind::kBlur:
        Add(ReadFactor(config, "factor", kShare, 1));
        Add(ReadFactor(config, "sigma", kShare, 1));
        for (const int64_t size : config.Ints("kernel_size", 2, 3)) {
          if (size < 1 || size % 2 == 0 || size > 1001) config.Fail("kernel_size", "odd integers");
          numbers_.push_back(static_cast<float>(size));
        }
        return;
      default:
        return Add(ReadFactor(config, "factor", kShare));
    }
  }

  void Add(NumberRange range) {
    numbers_.push_back(range.low);
    numbers_.push_back(range.high);
  }
  void AddMaybe(std::string_view key, NumberRange bounds) {
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    Add(MaybeFactor(config_, key, bounds).value_or(NumberRange{kNone, kNone}));
  }
  // From 1 - low to 1 + high; one number is both.
  void AddContrast(std::string_view key) {
    const NumberRange factor = ReadFactor(config_, key, kShare);
    Add({1 - (config_.IsList(key) ? factor.low : factor.high), 1 + factor.high});
  }
  void AddBytes(std::string_view key) {
    const NumberRange factor = ReadFactor(config_, key, kShare, 0);
    Add({factor.low, factor.high * 255});
  }

  LayerConfig& config_;
  std::vector<float> numbers_;
};

class ColorLayer : public RandomImageLayer {
 public:
  ColorLayer(LayerConfig& config, ColorKind kind) : RandomImageLayer(config), kind_(kind) {
    // Not all versions of Keras have the key for these.
    const bool is_optional = kind == ColorKind::kContrast || kind == ColorKind::kGray;
    const bool is_read = !is_optional || config.Has("value_range");
    const NumberRange range = is_read ? ReadValueRange(config) : NumberRange{0, 255};
    highest_ = range.high;
    attrs_.Set("kind", static_cast<int64_t>(kind));
    attrs_.Set("value_range", std::vector<float>{range.low, range.high});
    attrs_.Set("numbers", ColorNumbers(config).Read(kind));
    if (kind != ColorKind::kErasing) return;
    fill_ = MaybeFloats(config, "fill_value");
    if (fill_ && fill_->size() != 1 && fill_->size() != 3) {
      config.Fail("fill_value", "one number or three");
    }
  }

 protected:
  Operand Change(const Operand& x) const override {
    std::vector<Operand> inputs{x, DrawNumbers(x)};
    if (kind_ == ColorKind::kErasing) inputs.push_back(Filling(x));
    return x.builder().Emit("_ChangeColors", inputs, attrs_);
  }

 private:
  Operand Filling(const Operand& x) const {
    if (!fill_) return source().Normal(x, 0, highest_);
    return x * 0.0f + Numbers(x.builder(), *fill_);
  }

  ColorKind kind_;
  float highest_;
  AttrMap attrs_;
  std::optional<std::vector<float>> fill_;  // random numbers if there is none
};

std::unique_ptr<Layer> MakeColorLayer(LayerConfig& config, ColorKind kind) {
  return std::make_unique<ColorLayer>(config, kind);
}

template <ColorKind kKind>
constexpr LayerDef ColorDef(std::string_view name) {
  return PassingLayer(name, [](LayerConfig& config) { return MakeColorLayer(config, kKind); });
}

}  // namespace

TFWASM_LAYER kRandomBrightness = ColorDef<ColorKind::kBrightness>("RandomBrightness");
TFWASM_LAYER kRandomContrast = ColorDef<ColorKind::kContrast>("RandomContrast");
TFWASM_LAYER kRandomSaturation = ColorDef<ColorKind::kSaturation>("RandomSaturation");
TFWASM_LAYER kRandomHue = ColorDef<ColorKind::kHue>("RandomHue");
TFWASM_LAYER kRandomColorJitter = ColorDef<ColorKind::kJitter>("RandomColorJitter");
TFWASM_LAYER kRandomColorDegeneration =
    ColorDef<ColorKind::kDegeneration>("RandomColorDegeneration");
TFWASM_LAYER kRandomGrayscale = ColorDef<ColorKind::kGray>("RandomGrayscale");
TFWASM_LAYER kRandomSharpness = ColorDef<ColorKind::kSharpness>("RandomSharpness");
TFWASM_LAYER kRandomPosterization = ColorDef<ColorKind::kPosterization>("RandomPosterization");
TFWASM_LAYER kRandomInvert = ColorDef<ColorKind::kInversion>("RandomInvert");
TFWASM_LAYER kSolarization = ColorDef<ColorKind::kSolarization>("Solarization");
TFWASM_LAYER kEqualization = ColorDef<ColorKind::kEqualization>("Equalization");
TFWASM_LAYER kRandomErasing = ColorDef<ColorKind::kErasing>("RandomErasing");
TFWASM_LAYER kRandomGaussianBlur = ColorDef<ColorKind::kBlur>("RandomGaussianBlur");

}  // namespace tfwasm
