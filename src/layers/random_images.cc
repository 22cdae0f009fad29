// SPDX-License-Identifier: Apache-2.0
// Layers that move the pixels of images at random. The transforms are drawn in
// ops/draw_transforms.cc.
#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/emit.h"
#include "layers/images.h"
#include "layers/resampling.h"
#include "ops/image_motion.h"

namespace tfwasm {

namespace {

// Images of another size, each moved in its own way.
class MovedImages {
 public:
  MovedImages(ImageMotion motion, std::string_view method, std::string_view fill_mode, float fill)
      : motion_(motion), method_(method), fill_mode_(fill_mode), fill_(fill) {}

  Operand Of(const Operand& x, const Operand& random, std::vector<float> numbers, int64_t height,
             int64_t width) const {
    Builder& builder = x.builder();
    AttrMap attrs;
    attrs.Set("motion", static_cast<int64_t>(motion_));
    attrs.Set("numbers", std::move(numbers));
    attrs.Set("height", x.shape()[1]);
    attrs.Set("width", x.shape()[2]);
    const Operand transforms = builder.Emit("_DrawTransforms", {random}, std::move(attrs));
    return builder.Emit("ImageProjectiveTransformV3",
                        {x, transforms, builder.Ints({height, width}), NumberLike(x, fill_)},
                        {{"fill_mode", fill_mode_}, {"interpolation", method_}});
  }

 private:
  ImageMotion motion_;
  std::string method_;
  std::string fill_mode_;
  float fill_;
};

// Without interpolation: pixels stay as they are.
MovedImages Copied(ImageMotion motion) { return {motion, "nearest", "constant", 0}; }

class RandomMotion : public RandomImageLayer {
 public:
  RandomMotion(LayerConfig& config, ImageMotion motion)
      : RandomImageLayer(config),
        numbers_(ReadNumbers(config, motion)),
        moved_(ReadMoved(config, motion)) {}

 protected:
  Operand Change(const Operand& x) const override {
    return moved_.Of(x, DrawNumbers(x), numbers_, x.shape()[1], x.shape()[2]);
  }

 private:
  static std::vector<float> ReadNumbers(LayerConfig& config, ImageMotion motion) {
    constexpr NumberRange kWhole{-1, 1};
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    NumberRange first{};
    NumberRange second{};
    if (motion == ImageMotion::kFlip) {
      const std::string mode = config.OneOf("mode", "horizontal_and_vertical",
                                            {"horizontal", "vertical", "horizontal_and_vertical"});
      if (mode != "horizontal") first = {0.5f, 0.5f};
      if (mode != "vertical") second = {0.5f, 0.5f};
    } else if (motion == ImageMotion::kTranslation) {
      first = ReadFactor(config, "height_factor", kWhole);
      second = ReadFactor(config, "width_factor", kWhole);
    } else if (motion == ImageMotion::kZoom) {
      first = ReadFactor(config, "height_factor", kWhole);
      second = MaybeFactor(config, "width_factor", kWhole).value_or(NumberRange{kNone, kNone});
    } else if (motion == ImageMotion::kRotation) {
      first = ReadFactor(config, "factor", {-100, 100});
    } else if (motion == ImageMotion::kShear) {
      first = ReadFactor(config, "x_factor", {0, 1}, 0);
      second = ReadFactor(config, "y_factor", {0, 1}, 0);
    } else {
      first = ReadFactor(config, "factor", {0, 1}, 1);
      const auto scale = static_cast<float>(config.Number("scale", 0.3));
      second = {-scale, scale};
    }
    return {first.low, first.high, second.low, second.high};
  }

  static MovedImages ReadMoved(LayerConfig& config, ImageMotion motion) {
    if (motion == ImageMotion::kFlip) return Copied(motion);
    const std::string method = config.OneOf("interpolation", "bilinear", {"bilinear", "nearest"});
    const auto fill = static_cast<float>(config.Number("fill_value", 0));
    if (motion == ImageMotion::kPerspective) return {motion, method, "constant", fill};
    const std::string mode =
        config.OneOf("fill_mode", "reflect", {"reflect", "constant", "wrap", "nearest"});
    return {motion, method, mode, fill};
  }

  std::vector<float> numbers_;
  MovedImages moved_;
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
    const auto rows = static_cast<float>(x.shape()[1] - size_.height);
    const auto columns = static_cast<float>(x.shape()[2] - size_.width);
    return Copied(ImageMotion::kCrop)
        .Of(x, DrawNumbers(x), {rows, columns, 0, 0}, size_.height, size_.width);
  }

 private:
  TargetSize size_;
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

std::unique_ptr<Layer> MakeMotion(LayerConfig& config, ImageMotion motion) {
  return std::make_unique<RandomMotion>(config, motion);
}

template <ImageMotion kMotion>
constexpr LayerDef MotionDef(std::string_view name) {
  return PassingLayer(name, [](LayerConfig& config) { return MakeMotion(config, kMotion); });
}

}  // namespace

TFWASM_LAYER kRandomFlip = MotionDef<ImageMotion::kFlip>("RandomFlip");
TFWASM_LAYER kRandomTranslation = MotionDef<ImageMotion::kTranslation>("RandomTranslation");
TFWASM_LAYER kRandomZoom = MotionDef<ImageMotion::kZoom>("RandomZoom");
TFWASM_LAYER kRandomRotation = MotionDef<ImageMotion::kRotation>("RandomRotation");
TFWASM_LAYER kRandomShear = MotionDef<ImageMotion::kShear>("RandomShear");
TFWASM_LAYER kRandomPerspective = MotionDef<ImageMotion::kPerspective>("RandomPerspective");
TFWASM_LAYER kRandomCrop = PassingLayer("RandomCrop", MakeLayer<RandomCrop>);
TFWASM_LAYER kRandomHeight = PassingLayer("RandomHeight", MakeLayer<RandomSize, 1>);
TFWASM_LAYER kRandomWidth = PassingLayer("RandomWidth", MakeLayer<RandomSize, 2>);

}  // namespace tfwasm
