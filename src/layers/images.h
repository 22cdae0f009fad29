// SPDX-License-Identifier: Apache-2.0
// What layers on images share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "layers/layer.h"
#include "layers/noise.h"
#include "layers/spatial.h"

namespace tfwasm {

// A function of float32 images [N, height, width, channels]. The layer takes integers, too, images
// of either data format, and one image instead of a batch.
class ImageLayer : public Layer {
 public:
  explicit ImageLayer(LayerConfig& config);

  void Call(CallContext& context) final;

 protected:
  virtual Operand Transform(const Operand& x, bool is_training) const = 0;

  bool is_channels_last() const { return format_.is_channels_last(); }

 private:
  SpatialFormat format_;
};

// The keys "height" and "width".
struct TargetSize {
  explicit TargetSize(LayerConfig& config);

  int64_t height;
  int64_t width;
};

// Two numbers, low <= high.
struct NumberRange {
  float low;
  float high;

  float width() const { return high - low; }
};

// A list of two numbers, which must be in `bounds`.
NumberRange ReadRange(LayerConfig& config, std::string_view key, NumberRange fallback,
                      NumberRange bounds);
// The key "value_range": the least and the greatest value of a pixel.
NumberRange ReadValueRange(LayerConfig& config);
// A factor: two numbers, or one that stands for [-f, f], of which what is outside of `bounds` is
// left out.
std::optional<NumberRange> MaybeFactor(LayerConfig& config, std::string_view key,
                                       NumberRange bounds);
NumberRange ReadFactor(LayerConfig& config, std::string_view key, NumberRange bounds,
                       std::optional<float> fallback = {});

// A layer that changes images at random while training, each in its own way.
class RandomImageLayer : public ImageLayer {
 public:
  // Not all layers have a seed in Keras: it is recorded only if it was given.
  explicit RandomImageLayer(LayerConfig& config)
      : ImageLayer(config), source_(config.Has("seed") ? config.MaybeInt("seed") : std::nullopt) {}

 protected:
  virtual Operand Change(const Operand& x) const = 0;

  Operand Transform(const Operand& x, bool is_training) const override {
    return is_training ? Change(x) : x;
  }

  const NoiseSource& source() const { return source_; }
  // Eight random numbers in [0, 1) for each image.
  Operand DrawNumbers(const Operand& x) const;

 private:
  NoiseSource source_;
};

}  // namespace tfwasm
