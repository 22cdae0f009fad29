// SPDX-License-Identifier: Apache-2.0
// Changes the colors of images, each by random numbers of its own. Exists only here. Formulas:
// Keras, keras/src/layers/preprocessing/image_preprocessing/; TensorFlow, RGBToHSV and HSVToRGB.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/arguments.h"
#include "ops/color_change.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

float At(const ColorRange& range, float random) {
  return range.low + random * (range.high - range.low);
}

float Clamp(float x, float low, float high) { return std::min(std::max(x, low), high); }

// One image: `pixels` of `channels` values each.
struct Image {
  int64_t height;
  int64_t width;
  int64_t channels;
  ColorRange range;  // of the values
  float* values;

  int64_t pixels() const { return height * width; }
  int64_t size() const { return pixels() * channels; }
  float span() const { return range.high - range.low; }

  // value = f(value).
  template <typename F>
  void Map(F f) {
    for (int64_t i = 0; i < size(); ++i) values[i] = f(values[i]);
  }
  // value = f(value, the value of the same place in `others`).
  template <typename F>
  void Merge(const float* others, F f) {
    for (int64_t i = 0; i < size(); ++i) values[i] = f(values[i], others[i]);
  }
  void Clip() {
    Map([&](float x) { return Clamp(x, range.low, range.high); });
  }
  // To values from 0 to 255, and back.
  void ToBytes() {
    Map([&](float x) { return (x - range.low) * (255 / span()); });
  }
  void FromBytes() {
    Map([&](float x) { return x * (span() / 255) + range.low; });
  }
};

void Brighten(Image& image, float share) {
  image.Map([&](float x) { return x + share * image.span(); });
  image.Clip();
}

// About the mean of each channel.
void ChangeContrast(Image& image, float factor) {
  for (int64_t channel = 0; channel < image.channels; ++channel) {
    double sum = 0;
    for (int64_t i = channel; i < image.size(); i += image.channels) sum += double{image.values[i]};
    const auto mean = static_cast<float>(sum / static_cast<double>(image.pixels()));
    for (int64_t i = channel; i < image.size(); i += image.channels) {
      image.values[i] = (image.values[i] - mean) * factor + mean;
    }
  }
  image.Clip();
}

// Multiplies the saturation, and adds to the hue, in turns.
void ChangeHsv(Image& image, float saturation_factor, float turns) {
  for (float* rgb = image.values; rgb != image.values + image.size(); rgb += 3) {
    const float value = std::max({rgb[0], rgb[1], rgb[2]});
    const float span = value - std::min({rgb[0], rgb[1], rgb[2]});
    float hue = 0;
    if (span > 0) {
      const int top = rgb[0] == value ? 0 : rgb[1] == value ? 1 : 2;
      hue = (rgb[(top + 1) % 3] - rgb[(top + 2) % 3]) / span + static_cast<float>(2 * top);
    }
    hue = hue / 6 + turns;
    hue = (hue - std::floor(hue)) * 6;
    const float saturation = value == 0 ? 0 : Clamp(span / value * saturation_factor, 0, 1);
    const float shares[] = {std::abs(hue - 3) - 1, 2 - std::abs(hue - 2), 2 - std::abs(hue - 4)};
    for (int i = 0; i < 3; ++i) {
      rgb[i] = value * (1 - saturation + saturation * Clamp(shares[i], 0, 1));
    }
  }
}

void TurnHue(Image& image, float turns) {
  image.ToBytes();
  ChangeHsv(image, 1, turns);
  image.FromBytes();
  image.Clip();
}

// A share of each color is replaced by gray.
void MixGray(Image& image, float share) {
  for (float* rgb = image.values; rgb != image.values + image.size(); rgb += 3) {
    const float gray = 0.2989f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
    for (int i = 0; i < 3; ++i) rgb[i] += share * (gray - rgb[i]);
  }
}

// Each value becomes a sum of its neighbours along both axes; pixels outside are 0.
std::vector<float> Filtered(const Image& image, const std::vector<float>& column,
                            const std::vector<float>& row) {
  std::vector<float> result(image.values, image.values + image.size());
  const auto pass = [&](const std::vector<float>& weights, int64_t step, int64_t count) {
    const std::vector<float> before = result;
    const auto half = static_cast<int64_t>(weights.size() / 2);
    for (int64_t i = 0; i < image.size(); ++i) {
      const int64_t place = i / step % count;
      float sum = 0;
      for (int64_t k = std::max(-half, -place); k <= std::min(half, count - 1 - place); ++k) {
        sum += weights[static_cast<size_t>(k + half)] * before[static_cast<size_t>(i + k * step)];
      }
      result[static_cast<size_t>(i)] = sum;
    }
  };
  pass(column, image.width * image.channels, image.height);
  pass(row, image.channels, image.width);
  return result;
}

// A mean in which each pixel counts five times as much as its neighbours.
void Sharpen(Image& image, float factor) {
  const std::vector<float> ones(3, 1);
  const std::vector<float> sums = Filtered(image, ones, ones);
  image.Merge(sums.data(),
              [&](float x, float sum) { return x + (1 - factor) * ((sum + 4 * x) / 13 - x); });
  image.Clip();
}

std::vector<float> Gaussian(float size, float deviation) {
  std::vector<float> weights(static_cast<size_t>(size));
  float sum = 0;
  float at = -std::floor(size / 2);
  for (float& weight : weights) {
    weight = std::exp(at * at / (-2 * deviation * deviation));
    sum += weight;
    ++at;
  }
  for (float& weight : weights) weight /= sum;
  return weights;
}

// `bits` are those that are left of 8.
void Posterize(Image& image, float bits) {
  const float step = std::exp2(8 - bits);
  image.ToBytes();
  image.Map([&](float x) { return std::floor(std::floor(x) / step) * step; });
  image.FromBytes();
}

void Solarize(Image& image, float addition, float threshold) {
  image.ToBytes();
  image.Map([&](float x) {
    x = Clamp(x + addition, 0, 255);
    return x < threshold ? x : 255 - x;
  });
  image.FromBytes();
}

// Makes all values of a channel about equally frequent.
void EqualizeChannel(Image& image, int64_t channel, std::vector<double>& table) {
  const auto last = static_cast<float>(table.size() - 1);
  const auto bin = [&](float x) {
    return static_cast<size_t>(x > 0 ? std::min(x * (last / 255), last) : 0);
  };
  std::fill(table.begin(), table.end(), 0);
  for (int64_t i = channel; i < image.size(); i += image.channels) ++table[bin(image.values[i])];
  double sum = 0;
  double first = 0;
  for (double& entry : table) {
    if (first == 0) first = entry;
    sum += entry;
    entry = sum;
  }
  // All values in one bin stay as they are.
  if (sum == first) return;
  for (int64_t i = channel; i < image.size(); i += image.channels) {
    const double below = std::max(table[bin(image.values[i])] - first, 0.0);
    image.values[i] = static_cast<float>(std::nearbyint(below * 255 / (sum - first)));
  }
}

void Equalize(Image& image, float bins) {
  std::vector<double> table(static_cast<size_t>(bins));
  image.ToBytes();
  for (int64_t channel = 0; channel < image.channels; ++channel) {
    EqualizeChannel(image, channel, table);
  }
  image.FromBytes();
}

// A rectangle whose sides are the square roots of random shares of the image's.
void Erase(Image& image, const ColorRange& share, const float* random, const float* filling) {
  const auto side = [&](int64_t size, const float* two) {
    const auto whole = static_cast<float>(size);
    const float length = std::sqrt(At(share, two[0])) * whole;
    const float begin = two[1] * (whole - length);
    return ColorRange{begin, begin + length};
  };
  const ColorRange rows = side(image.height, random);
  const ColorRange columns = side(image.width, random + 2);
  const auto is_in = [](const ColorRange& range, int64_t place) {
    return static_cast<float>(place) >= range.low && static_cast<float>(place) < range.high;
  };
  for (int64_t i = 0; i < image.size(); ++i) {
    const int64_t pixel = i / image.channels;
    if (!is_in(rows, pixel / image.width) || !is_in(columns, pixel % image.width)) continue;
    image.values[i] = Clamp(filling[i], image.range.low, image.range.high);
  }
}

// The attributes "kind", "value_range" and "numbers".
struct ColorChange {
  explicit ColorChange(const AttrMap& attrs)
      : kind(static_cast<ColorKind>(attrs.RequireInt("kind"))), numbers(attrs.Floats("numbers")) {
    const std::vector<float> values = attrs.Floats("value_range");
    if (kind < ColorKind::kBrightness || kind > ColorKind::kBlur || values.size() != 2 ||
        numbers.size() != 8) {
      Throw(Code::kAttr, "'kind', 'value_range' or 'numbers' is wrong");
    }
    range = {values[0], values[1]};
  }

  ColorRange Range(size_t i) const { return {numbers[2 * i], numbers[2 * i + 1]}; }

  // `random`: kColorNumbers of them. `extra`: another image, for some kinds.
  void Run(Image& image, const float* random, const float* extra) const {
    const auto draw = [&](size_t i) { return At(Range(i), random[i]); };
    const bool is_chosen = random[7] < draw(0);
    switch (kind) {
      case ColorKind::kBrightness:
        return Brighten(image, draw(0));
      case ColorKind::kContrast:
        return ChangeContrast(image, draw(0));
      case ColorKind::kSaturation:
        return ChangeHsv(image, SaturationOf(draw(0)), 0);
      case ColorKind::kHue:
        return TurnHue(image, TurnsOf(draw(0), random[7]));
      case ColorKind::kJitter:
        // Ranges without numbers are NaN.
        if (!std::isnan(draw(0))) Brighten(image, draw(0));
        if (!std::isnan(draw(1))) ChangeContrast(image, draw(1));
        if (!std::isnan(draw(2))) ChangeHsv(image, SaturationOf(draw(2)), 0);
        if (!std::isnan(draw(3))) TurnHue(image, TurnsOf(draw(3), random[7]));
        return;
      case ColorKind::kDegeneration:
        return MixGray(image, draw(0));
      case ColorKind::kGray:
        if (is_chosen) MixGray(image, 1);
        return;
      case ColorKind::kSharpness:
        return Sharpen(image, draw(0) * 2);
      case ColorKind::kPosterization:
        return Posterize(image, std::floor(draw(0)));
      case ColorKind::kInversion:
        if (is_chosen) image.Map([&](float x) { return image.range.high - x; });
        return;
      case ColorKind::kSolarization:
        return Solarize(image, draw(0), draw(1));
      case ColorKind::kEqualization:
        return Equalize(image, numbers[0]);
      case ColorKind::kErasing:
        if (is_chosen) Erase(image, Range(1), random + 1, extra);
        return;
      case ColorKind::kBlur:
        if (!is_chosen) return;
        const std::vector<float> sums =
            Filtered(image, Gaussian(numbers[4], draw(1) + 1e-6f),
                     Gaussian(numbers[5], At(Range(1), random[2]) + 1e-6f));
        image.Merge(sums.data(), [](float, float sum) { return sum; });
        return image.Clip();
    }
  }

  static float SaturationOf(float share) { return share / (1 - share + 1e-7f); }
  // By at most half a turn, in either direction.
  static float TurnsOf(float share, float random) { return random < 0.5f ? share / 2 : share / -2; }

  ColorKind kind;
  ColorRange range;
  std::vector<float> numbers;
};

void InferChange(InferContext& context) {
  const ColorChange change(context.attrs());
  context.ExpectDType(0, DType::kFloat32, "the images");
  context.ExpectRank(0, 4, "the images");
  const Shape& shape = context.shape(0);
  if (shape[3] != 3 && NeedsColors(change.kind)) {
    Throw(Code::kShape, "images with 3 colors are expected, got ", shape);
  }
  ExpectSpec(context, 1, DType::kFloat32, {shape[0], kColorNumbers}, "the random numbers");
  if (change.kind == ColorKind::kErasing || context.num_inputs() > 2) {
    if (context.num_inputs() < 3) Throw(Code::kEdge, "expected 3 inputs, got 2");
    ExpectSpec(context, 2, DType::kFloat32, shape, "the filling");
  }
  InferLikeInput(context);
}

std::unique_ptr<Kernel> ChangeKernel(const KernelContext& context) {
  return MakeKernel([shape = context.shape(0), has_extra = context.num_inputs() > 2,
                     change = ColorChange(context.attrs())](RunContext& run) {
    Image image{shape[1], shape[2], shape[3], change.range, run.out<float>(0)};
    const auto count = image.size() * shape[0];
    std::copy_n(run.in<float>(0), count, image.values);
    for (int64_t i = 0; i < shape[0]; ++i) {
      const float* extra = has_extra ? run.in<float>(2) + i * image.size() : nullptr;
      change.Run(image, run.in<float>(1) + i * kColorNumbers, extra);
      image.values += image.size();
    }
  });
}

}  // namespace

TFWASM_TRAINING_OP kChangeColorsOp{.name = "_ChangeColors",
                                   .min_inputs = 2,
                                   .max_inputs = 3,
                                   .infer = InferChange,
                                   .kernel = ChangeKernel};

}  // namespace tfwasm
