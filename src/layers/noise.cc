// SPDX-License-Identifier: Apache-2.0
// Layers that add noise while training. Formulas: Keras, keras/src/layers/regularization;
// Klambauer et al., "Self-Normalizing Neural Networks", 2017 (AlphaDropout).
#include "layers/noise.h"

#include <cmath>

#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/layer.h"
#include "layers/spatial.h"

namespace tfwasm {

Operand NoiseSource::Random(const char* op, Operand x, float mean, float deviation) const {
  // A second seed, since two zeros mean none.
  return x.builder().Emit(op, {Unary("Shape", x)},
                          {{"seed", seed_.value_or(0)},
                           {"seed2", int{seed_.has_value()}},
                           {"sequence", seed_ ? sequence_.id() : 0},
                           {"mean", mean},
                           {"stddev", deviation}});
}

double RateOf(LayerConfig& config, std::string_view key, std::optional<double> fallback) {
  const double rate = fallback ? config.Number(key, *fallback) : config.Number(key);
  if (!(rate >= 0 && rate <= 1)) config.Fail(key, "a number in [0, 1]");
  return rate;
}

Operand DropoutOf(Operand x, Operand noise, double rate, const NoiseSource& source) {
  const auto bound = static_cast<float>(rate);
  const Operand is_kept = Binary("GreaterEqual", source.Uniform(noise), NumberLike(x, bound));
  const auto scale = static_cast<float>(rate == 1 ? 0 : 1 / (1 - rate));
  return Select(is_kept, x * scale, NumberLike(x, 0));
}

namespace {

// The axes along which all elements get the same noise.
class NoiseShape {
 public:
  explicit NoiseShape(LayerConfig& config) : dims_(config.MaybeInts("noise_shape")) {}

  // A slice of x with the shape of the noise.
  Operand Of(Operand x) const {
    if (!dims_) return x;
    const Shape& shape = x.shape();
    bool fits = static_cast<int>(dims_->size()) == shape.rank();
    for (int axis = 0; fits && axis < shape.rank(); ++axis) {
      const int64_t dim = (*dims_)[static_cast<size_t>(axis)];
      fits = dim == -1 || dim == 1 || dim == shape[axis];
      if (dim == 1) x = Slice(x, axis, 0, 1);
    }
    if (!fits) Throw(Code::kShape, "noise_shape ", Shape(*dims_), " does not fit ", shape);
    return x;
  }

 private:
  std::optional<std::vector<int64_t>> dims_;
};

// A layer that passes its input on unless it is training.
class NoiseLayer : public Layer {
 public:
  NoiseLayer(LayerConfig& config, double amount)
      : amount_(amount), source_(config.MaybeInt("seed")) {}

  void Call(CallContext& context) override {
    const Operand x = context.input();
    context.set_output(context.training() && amount_ > 0 ? WithNoise(x) : x);
  }

 protected:
  virtual Operand WithNoise(Operand x) const = 0;

  double amount() const { return amount_; }
  const NoiseSource& source() const { return source_; }

 private:
  double amount_;
  NoiseSource source_;
};

class Dropout : public NoiseLayer {
 public:
  explicit Dropout(LayerConfig& config)
      : NoiseLayer(config, RateOf(config, "rate")), shape_(config) {}

 protected:
  Operand WithNoise(Operand x) const override {
    return DropoutOf(x, shape_.Of(x), amount(), source());
  }

 private:
  NoiseShape shape_;
};

// Drops whole channels.
class SpatialDropout : public NoiseLayer {
 public:
  SpatialDropout(LayerConfig& config, int rank)
      : NoiseLayer(config, RateOf(config, "rate")), format_(SpatialFormat::OfImages(config, rank)) {
    if (config.Has("noise_shape")) config.Value("noise_shape");
  }

 protected:
  Operand WithNoise(Operand x) const override {
    format_.CheckRank(x.shape());
    Operand noise = x;
    for (const int axis : format_.SpatialAxes()) noise = Slice(noise, axis, 0, 1);
    return DropoutOf(x, noise, amount(), source());
  }

 private:
  SpatialFormat format_;
};

class GaussianNoise : public NoiseLayer {
 public:
  explicit GaussianNoise(LayerConfig& config) : NoiseLayer(config, config.Number("stddev")) {
    if (!(amount() >= 0)) config.Fail("stddev", "a number that is not negative");
  }

 protected:
  Operand WithNoise(Operand x) const override {
    return x + source().Normal(x, 0, static_cast<float>(amount()));
  }
};

class GaussianDropout : public NoiseLayer {
 public:
  explicit GaussianDropout(LayerConfig& config) : NoiseLayer(config, RateOf(config, "rate")) {}

 protected:
  Operand WithNoise(Operand x) const override {
    if (amount() == 1) return x;  // as Keras 2
    return x * source().Normal(x, 1, static_cast<float>(std::sqrt(amount() / (1 - amount()))));
  }
};

class AlphaDropout : public NoiseLayer {
 public:
  explicit AlphaDropout(LayerConfig& config)
      : NoiseLayer(config, RateOf(config, "rate")), shape_(config) {}

 protected:
  Operand WithNoise(Operand x) const override {
    const double rate = amount();
    if (rate == 1) return x;                      // as Keras 2
    constexpr double kLow = -1.7580993408473766;  // the limit of selu
    const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * kLow * kLow));
    const Operand bound = NumberLike(x, static_cast<float>(rate));
    const Operand is_kept = Binary("GreaterEqual", source().Uniform(shape_.Of(x)), bound);
    const Operand y = Select(is_kept, x, NumberLike(x, static_cast<float>(kLow)));
    return y * static_cast<float>(scale) - static_cast<float>(scale * kLow * rate);
  }

 private:
  NoiseShape shape_;
};

class ActivityRegularization : public Layer {
 public:
  explicit ActivityRegularization(LayerConfig& config)
      : l1_(static_cast<float>(config.Number("l1", 0))),
        l2_(static_cast<float>(config.Number("l2", 0))) {}

  // For each sample, on average.
  void Call(CallContext& context) override {
    const Operand x = context.input();
    context.set_output(x);
    const std::vector<int> axes = OtherAxes({0}, x.shape().rank());
    const auto add = [&](float factor, Operand values) {
      if (factor != 0) context.AddLoss(factor * Mean(Sum(values, axes, false), {0}, false));
    };
    add(l1_, Unary("Abs", x));
    add(l2_, x * x);
  }

 private:
  float l1_;
  float l2_;
};

}  // namespace

TFWASM_LAYER kDropout = PassingLayer("Dropout", MakeLayer<Dropout>);
TFWASM_LAYER kSpatialDropout1D = PassingLayer("SpatialDropout1D", MakeLayer<SpatialDropout, 1>);
TFWASM_LAYER kSpatialDropout2D = PassingLayer("SpatialDropout2D", MakeLayer<SpatialDropout, 2>);
TFWASM_LAYER kSpatialDropout3D = PassingLayer("SpatialDropout3D", MakeLayer<SpatialDropout, 3>);
TFWASM_LAYER kGaussianNoise = PassingLayer("GaussianNoise", MakeLayer<GaussianNoise>);
TFWASM_LAYER kGaussianDropout = PassingLayer("GaussianDropout", MakeLayer<GaussianDropout>);
TFWASM_LAYER kAlphaDropout = PassingLayer("AlphaDropout", MakeLayer<AlphaDropout>);
TFWASM_LAYER kActivityRegularization =
    PassingLayer("ActivityRegularization", MakeLayer<ActivityRegularization>);

}  // namespace tfwasm
