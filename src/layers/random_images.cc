// SPDX-License-Identifier: Apache-2.0
// Layers that move the pixels of images at random. Transforms: Keras,
// keras/src/layers/preprocessing/image_preprocessing/.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "layers/emit.h"
#include "layers/images.h"
#include "layers/resampling.h"

namespace tfwasm {

namespace {

class RandomFlip : public RandomImageLayer {
 public:
  explicit RandomFlip(LayerConfig& config)
      : RandomImageLayer(config),
        mode_(config.OneOf("mode", "horizontal_and_vertical",
                           {"horizontal", "vertical", "horizontal_and_vertical"})) {}

 protected:
  Operand Change(const Operand& x) const override {
    const Operand y = mode_ == "horizontal" ? x : Flipped(x, 1);
    return mode_ == "vertical" ? y : Flipped(y, 2);
  }

 private:
  Operand Flipped(const Operand& x, int64_t axis) const {
    const Operand flipped = Binary("ReverseV2", x, x.builder().Ints({axis}));
    return Perhaps(x, flipped, {0.5, 0.5});
  }

  std::string mode_;
};

// The place that the output pixel (x, y) is read from: a0 x + a1 y + a2, b0 x + b1 y + b2. Empty
// for 0.
using Affine = std::array<Operand, 6>;

// [N, 8] for ImageProjectiveTransformV3.
Operand TransformsOf(const Affine& affine, const Operand& like) {
  const Operand zero = like.builder().Emit("ZerosLike", {like});
  std::vector<Operand> columns;
  for (const Operand& number : affine) columns.push_back(number.empty() ? zero : number);
  columns.resize(8, zero);
  return BatchReshape(Concat(columns, 3), {8});
}

Operand Warped(const Operand& x, const Operand& transforms, int64_t height, int64_t width,
               std::string_view fill_mode, std::string_view method, float fill) {
  Builder& builder = x.builder();
  return builder.Emit("ImageProjectiveTransformV3",
                      {x, transforms, builder.Ints({height, width}), NumberLike(x, fill)},
                      {{"fill_mode", fill_mode}, {"interpolation", method}});
}

// The key "interpolation" of layers that sample images.
std::string ReadSamplingMethod(LayerConfig& config) {
  return config.OneOf("interpolation", "bilinear", {"bilinear", "nearest"});
}

class RandomAffine : public RandomImageLayer {
 public:
  RandomAffine(LayerConfig& config, bool has_fill_mode)
      : RandomImageLayer(config),
        method_(ReadSamplingMethod(config)),
        fill_(static_cast<float>(config.Number("fill_value", 0))) {
    if (!has_fill_mode) return;
    fill_mode_ = config.OneOf("fill_mode", "reflect", {"reflect", "constant", "wrap", "nearest"});
  }

 protected:
  // For images of this size.
  virtual Affine DrawTransform(const Operand& x, float height, float width) const = 0;

  Operand Change(const Operand& x) const override {
    const Shape& shape = x.shape();
    const Affine affine =
        DrawTransform(x, static_cast<float>(shape[1]), static_cast<float>(shape[2]));
    const int64_t height = shape[1];
    const int64_t width = shape[2];
    return Warped(x, TransformsOf(affine, affine[0]), height, width, fill_mode_, method_, fill_);
  }

 private:
  std::string method_;
  float fill_;
  std::string fill_mode_ = "constant";
};

constexpr NumberRange kWhole{-1, 1};

class RandomTranslation : public RandomAffine {
 public:
  explicit RandomTranslation(LayerConfig& config)
      : RandomAffine(config, true),
        height_(ReadFactor(config, "height_factor", kWhole)),
        width_(ReadFactor(config, "width_factor", kWhole)) {}

 protected:
  Affine DrawTransform(const Operand& x, float height, float width) const override {
    const Operand down = Draw(x, height_) * height;
    const Operand right = Draw(x, width_) * width;
    const Operand one = x.builder().Emit("OnesLike", {down});
    return {one, {}, -right, {}, one, -down};
  }

 private:
  NumberRange height_;
  NumberRange width_;
};

class RandomZoom : public RandomAffine {
 public:
  explicit RandomZoom(LayerConfig& config)
      : RandomAffine(config, true),
        height_(ReadFactor(config, "height_factor", kWhole)),
        width_(MaybeFactor(config, "width_factor", kWhole)) {}

 protected:
  // About the middle. Without a factor for the width, the ratio stays.
  Affine DrawTransform(const Operand& x, float height, float width) const override {
    const Operand down = Draw(x, height_) + 1.0f;
    const Operand right = width_ ? Draw(x, *width_) + 1.0f : down;
    return {right, {},   (1.0f - right) * ((width - 1) / 2),
            {},    down, (1.0f - down) * ((height - 1) / 2)};
  }

 private:
  NumberRange height_;
  std::optional<NumberRange> width_;
};

class RandomRotation : public RandomAffine {
 public:
  // In turns.
  explicit RandomRotation(LayerConfig& config)
      : RandomAffine(config, true), turns_(ReadFactor(config, "factor", {-100, 100})) {}

 protected:
  // About the middle.
  Affine DrawTransform(const Operand& x, float height, float width) const override {
    const Operand angle = Draw(x, turns_) * (2 * std::numbers::pi_v<float>);
    const Operand cos = Unary("Cos", angle);
    const Operand sin = Unary("Sin", angle);
    const float right = (width - 1) / 2;
    const float down = (height - 1) / 2;
    return {cos, -sin, right - (cos * right - sin * down),
            sin, cos,  down - (sin * right + cos * down)};
  }

 private:
  NumberRange turns_;
};

class RandomShear : public RandomAffine {
 public:
  explicit RandomShear(LayerConfig& config)
      : RandomAffine(config, true),
        x_(ReadFactor(config, "x_factor", {0, 1}, 0)),
        y_(ReadFactor(config, "y_factor", {0, 1}, 0)) {}

 protected:
  Affine DrawTransform(const Operand& x, float /*height*/, float /*width*/) const override {
    const Operand sign = DrawSign(x);
    const Operand one = x.builder().Emit("OnesLike", {sign});
    return {one, Draw(x, x_) * sign, {}, Draw(x, y_) * sign, one, {}};
  }

 private:
  NumberRange x_;
  NumberRange y_;
};

class RandomPerspective : public RandomAffine {
 public:
  explicit RandomPerspective(LayerConfig& config)
      : RandomAffine(config, false),
        chance_(ReadFactor(config, "factor", {0, 1}, 1)),
        scale_(static_cast<float>(config.Number("scale", 0.3))) {}

 protected:
  Affine DrawTransform(const Operand& x, float /*height*/, float /*width*/) const override {
    const Operand right = Draw(x, {-scale_, scale_});
    const Operand down = Draw(x, {-scale_, scale_});
    return {right + 1.0f, right, {}, down, down + 1.0f, {}};
  }

  Operand Change(const Operand& x) const override {
    return Perhaps(x, RandomAffine::Change(x), chance_);
  }

 private:
  NumberRange chance_;
  float scale_;
};

class RandomCrop : public RandomImageLayer {
 public:
  explicit RandomCrop(LayerConfig& config) : RandomImageLayer(config), size_(config) {}

 protected:
  Operand Transform(const Operand& x, bool is_training) const override {
    const bool is_larger = x.shape()[1] >= size_.height && x.shape()[2] >= size_.width;
    if (is_training && is_larger) return Change(x);
    return CropAndResizeImages(x, size_.height, size_.width, "bilinear");
  }

  Operand Change(const Operand& x) const override {
    const Operand top = DrawStart(x, x.shape()[1] - size_.height);
    const Operand left = DrawStart(x, x.shape()[2] - size_.width);
    const Operand one = x.builder().Emit("OnesLike", {top});
    return Warped(x, TransformsOf({one, {}, left, {}, one, top}, top), size_.height, size_.width,
                  "constant", "nearest", 0);
  }

 private:
  Operand DrawStart(const Operand& x, int64_t last) const {
    const Operand start = Unary("Floor", Draw(x, {0, static_cast<float>(last) + 1}));
    return Binary("Minimum", start, NumberLike(start, static_cast<float>(last)));
  }

  ImageSize size_;
};

// Changes the height or the width of a batch.
class RandomSize : public RandomImageLayer {
 public:
  RandomSize(LayerConfig& config, int axis)
      : RandomImageLayer(config),
        axis_(axis),
        factor_(ReadFactor(config, "factor", {-1, 1000})),
        method_(ReadInterpolation(config)) {}

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    TensorSpec output{DType::kFloat32, inputs[0].shape};
    const int axis = axis_ + (is_channels_last() ? 0 : 1) - int{output.shape.rank() == 3};
    if (output.shape.rank() == 3 || output.shape.rank() == 4) {
      output.shape[axis] = Shape::kUnknownDim;
    }
    return std::vector<TensorSpec>{output};
  }

 protected:
  Operand Change(const Operand& x) const override {
    Builder& builder = x.builder();
    const Operand number = source().Uniform(NumberLike(x, 0));
    const Tensor* value = builder.value(number.edge());
    if (value == nullptr) {
      Throw(Code::kLayer,
            "in training, the size of the output must be known inside of a model: "
            "apply the layer to the data before");
    }
    int64_t sizes[] = {x.shape()[1], x.shape()[2]};
    int64_t& size = sizes[axis_ - 1];
    const float factor = 1 + factor_.low + value->values<float>()[0] * factor_.width();
    size = std::max(std::lround(static_cast<float>(size) * factor), 1L);
    return ResizeImages(x, sizes[0], sizes[1], method_);
  }

 private:
  int axis_;
  NumberRange factor_;
  std::string method_;
};

}  // namespace

TFWASM_LAYER kRandomFlip = PassingLayer("RandomFlip", MakeLayer<RandomFlip>);
TFWASM_LAYER kRandomTranslation = PassingLayer("RandomTranslation", MakeLayer<RandomTranslation>);
TFWASM_LAYER kRandomZoom = PassingLayer("RandomZoom", MakeLayer<RandomZoom>);
TFWASM_LAYER kRandomRotation = PassingLayer("RandomRotation", MakeLayer<RandomRotation>);
TFWASM_LAYER kRandomShear = PassingLayer("RandomShear", MakeLayer<RandomShear>);
TFWASM_LAYER kRandomPerspective = PassingLayer("RandomPerspective", MakeLayer<RandomPerspective>);
TFWASM_LAYER kRandomCrop = PassingLayer("RandomCrop", MakeLayer<RandomCrop>);
TFWASM_LAYER kRandomHeight = PassingLayer("RandomHeight", MakeLayer<RandomSize, 1>);
TFWASM_LAYER kRandomWidth = PassingLayer("RandomWidth", MakeLayer<RandomSize, 2>);

}  // namespace tfwasm
