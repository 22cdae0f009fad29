// SPDX-License-Identifier: Apache-2.0
// Spectrograms of signals. Formulas: Keras, keras/src/layers/preprocessing/mel_spectrogram.py and
// stft_spectrogram.py, keras/src/initializers/constant_initializers.py.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/str_cat.h"
#include "layers/categories.h"
#include "layers/emit.h"
#include "layers/initializers.h"
#include "layers/spatial.h"

namespace tfwasm {

namespace {

// The most samples of a frame.
constexpr int64_t kLongest = 1 << 20;

int64_t ReadLength(LayerConfig& config, std::string_view key, std::optional<int64_t> fallback) {
  const auto length = config.MaybeInt(key);
  const int64_t value = length || !fallback ? length.value_or(0) : *fallback;
  if (value < 1 || value > kLongest) config.Fail(key, "an integer from 1 to 2^20");
  return value;
}

// 0.5 + 0.5 cos, or with other shares. `period` samples from peak to peak.
std::vector<float> CosineWindow(double share, int64_t size, int64_t period) {
  std::vector<float> window(static_cast<size_t>(size), 1);
  for (size_t i = 0; i < window.size() && period > 0; ++i) {
    const double turns = static_cast<double>(i) / static_cast<double>(period);
    window[i] = static_cast<float>(share - (1 - share) * std::cos(2 * std::numbers::pi * turns));
  }
  return window;
}

// The key "window": a name, a list of numbers, or null for none.
std::vector<float> ReadWindow(LayerConfig& config, int64_t size, bool is_periodic) {
  if (config.IsNull("window")) {
    config.Value("window");
    return std::vector<float>(static_cast<size_t>(size), 1);
  }
  if (config.IsList("window")) {
    std::vector<float> window = *MaybeFloats(config, "window");
    if (static_cast<int64_t>(window.size()) == size) return window;
    config.Fail("window", StrCat(size, " numbers"));
  }
  const std::string name = config.OneOf("window", "hann", {"hann", "hamming"});
  return CosineWindow(name == "hann" ? 0.5 : 0.54, size, size - int{!is_periodic});
}

class MelSpectrogram : public Layer {
 public:
  explicit MelSpectrogram(LayerConfig& config)
      : fft_length_(ReadLength(config, "fft_length", 2048)),
        stride_(ReadLength(config, "sequence_stride", 512)),
        length_(ReadLength(config, "sequence_length", fft_length_)),
        rate_(config.Number("sampling_rate", 16000)),
        num_bins_(ReadLength(config, "num_mel_bins", 128)),
        low_(config.Number("min_freq", 20)),
        high_(config.MaybeNumber("max_freq").value_or(std::floor(rate_ / 2))),
        is_decibel_(config.Bool("power_to_db", true)),
        range_(static_cast<float>(config.Number("top_db", 80))),
        exponent_(static_cast<float>(config.Number("mag_exp", 2))),
        least_(config.Number("min_power", 1e-10)),
        reference_(config.Number("ref_power", 1)) {
    if (length_ > fft_length_) config.Fail("sequence_length", "at most fft_length");
    if (!(rate_ > 0 && low_ >= 0 && high_ > low_)) config.Fail("max_freq", "more than min_freq");
    if (!(least_ > 0)) config.Fail("min_power", "a positive number");
    if (num_bins_ * fft_length_ > 1 << 26) config.Fail("num_mel_bins", "fewer");
    window_ = ReadWindow(config, length_, /*is_periodic=*/true);
    window_.insert(window_.begin(), static_cast<size_t>((fft_length_ - length_) / 2), 0);
    window_.resize(static_cast<size_t>(fft_length_), 0);
  }

  void Call(CallContext& context) override {
    Operand x = Cast(context.input(), DType::kFloat32);
    const bool is_single = x.shape().rank() == 1;
    if (is_single) x = ExpandDims(x, 0);
    if (x.shape().rank() != 2) Throw(Code::kShape, "signals [batch, samples] are expected");
    Operand y = Unary("ComplexAbs", Spectrum(x));
    y = exponent_ == 2 ? y * y : Binary("Pow", y, NumberLike(y, exponent_));
    const int64_t frames = y.shape()[1];
    Builder& builder = context.builder();
    y = Binary("MatMul", ReshapeTo(y, {-1, y.shape()[2]}), builder.Const(MelWeights()));
    y = ReshapeTo(y, {-1, frames, num_bins_});
    if (is_decibel_) y = Decibels(y);
    y = Transpose(y, {0, 2, 1});
    context.set_output(is_single ? Squeeze(y, 0) : y);
  }

  int64_t trial_scale() const override { return fft_length_ / kTrialSize + 1; }

 private:
  // Of frames in the middle of their windows, [N, frames, bins].
  Operand Spectrum(const Operand& signal) const {
    Builder& builder = signal.builder();
    const auto half = static_cast<int32_t>(fft_length_ / 2);
    const Operand x = builder.Emit(
        "MirrorPad",
        {signal, builder.Const(Tensor::FromValues<int32_t>({2, 2}, {0, 0, half, half}))},
        {{"mode", "REFLECT"}});
    const int64_t frames = (x.shape()[1] - fft_length_) / stride_ + 1;
    if (frames * fft_length_ > 1 << 28) Throw(Code::kLimit, "the signal is too long");
    Tensor places(DType::kInt32, {frames, fft_length_});
    int64_t i = 0;
    for (int32_t& place : places.mutable_values<int32_t>()) {
      place = static_cast<int32_t>(i / fft_length_ * stride_ + i % fft_length_);
      ++i;
    }
    const Operand framed = Gather(x, builder.Const(std::move(places)), 1);
    return Binary("RFFT", framed * Numbers(builder, window_), builder.Ints({fft_length_}));
  }

  static double MelOf(double frequency) { return 1127 * std::log1p(frequency / 700); }

  // [bins of the spectrum, bins of the result]: triangles on the mel scale.
  Tensor MelWeights() const {
    const int64_t rows = fft_length_ / 2 + 1;
    Tensor weights(DType::kFloat32, {rows, num_bins_});
    float* next = weights.mutable_values<float>().data();
    const double first = MelOf(low_);
    const double step = (MelOf(high_) - first) / static_cast<double>(num_bins_ + 1);
    for (int64_t row = 0; row < rows; ++row) {
      const double place =
          static_cast<double>(row) / static_cast<double>(std::max<int64_t>(rows - 1, 1));
      const double mel = (MelOf(place * rate_ / 2) - first) / step;
      for (int64_t bin = 0; bin < num_bins_; ++bin) {
        const double distance = std::abs(mel - static_cast<double>(bin + 1));
        *next++ = row == 0 ? 0 : static_cast<float>(std::max(0.0, 1 - distance));
      }
    }
    return weights;
  }

  // At most top_db below the greatest of the batch.
  Operand Decibels(const Operand& x) const {
    const double reference = 10 * std::log10(std::max(std::abs(reference_), least_));
    const Operand y =
        Unary("Log", Binary("Maximum", x, NumberLike(x, static_cast<float>(least_)))) *
            static_cast<float>(10 / std::numbers::ln10) -
        static_cast<float>(reference);
    return Binary("Maximum", y, Reduce("Max", y, {0, 1, 2}, true) - range_);
  }

  int64_t fft_length_;
  int64_t stride_;
  int64_t length_;
  double rate_;
  int64_t num_bins_;
  double low_;
  double high_;
  bool is_decibel_;
  float range_;
  float exponent_;
  double least_;
  double reference_;
  std::vector<float> window_;
};

class StftSpectrogram : public Layer {
 public:
  explicit StftSpectrogram(LayerConfig& config)
      : mode_(config.OneOf("mode", "log",
                           {"log", "magnitude", "psd", "real", "imag", "angle", "stft"})),
        length_(ReadLength(config, "frame_length", 256)),
        step_(ReadLength(config, "frame_step", std::max<int64_t>(length_ / 2, 1))),
        is_same_(config.OneOf("padding", "valid", {"valid", "same"}) == "same"),
        has_depth_(config.Bool("expand_dims", false)),
        format_(config, 1) {
    int64_t power = 1;
    while (power < length_) power *= 2;
    fft_length_ = ReadLength(config, "fft_length", power);
    if (fft_length_ < length_) config.Fail("fft_length", "at least frame_length");
    if (step_ > length_) config.Fail("frame_step", "at most frame_length");
    const bool is_periodic = config.Bool("periodic", false);
    ReadWindow(config, length_, is_periodic);
    options_ = JsonValue::object();
    options_["window"] =
        config.IsNull("window") ? JsonValue(nullptr) : config.Value("window", "hann");
    const bool is_scaled = !config.IsNull("scaling");
    options_["scaling"] =
        is_scaled ? JsonValue(config.OneOf("scaling", "density", {"density", "spectrum"}))
                  : config.Value("scaling");
    options_["periodic"] = is_periodic;
  }

  void Build(BuildContext& context) override {
    const auto add = [&](const char* side) {
      JsonValue initializer = JsonValue::object();
      initializer["class_name"] = "STFTInitializer";
      initializer["config"] = options_;
      initializer["config"]["side"] = side;
      const Shape shape{length_, 1, fft_length_ / 2 + 1};
      context.AddWeight({.name = StrCat(side, "_kernel"),
                         .tensor = {DType::kFloat32, shape},
                         .initializer = std::move(initializer)});
    };
    if (mode_ != "imag") add("real");
    if (mode_ != "real") add("imag");
  }

  // [N, C, frequencies, frames] within.
  void Call(CallContext& context) override {
    format_.CheckRank(context.input().shape());
    const Operand x = Transpose(format_.ToLast(Cast(context.input(), DType::kFloat32)), {0, 2, 1});
    const Operand first = Convolved(x, context.weight(0));
    if (mode_ == "real" || mode_ == "imag") return context.set_output(Arranged(first));
    const Operand second = Convolved(x, context.weight(1));
    if (mode_ == "angle") return context.set_output(Arranged(Binary("Atan2", second, first)));
    if (mode_ == "stft") return context.set_output(Arranged(Concat({first, second}, 2)));
    const Operand power = first * first + second * second;
    if (mode_ == "psd") return context.set_output(Arranged(power * OneSided(power)));
    const Operand size = Unary("Sqrt", AtLeast(power));
    context.set_output(Arranged(mode_ == "log" ? Unary("Log", AtLeast(size)) : size));
  }

  int64_t trial_scale() const override { return length_ / kTrialSize + 1; }

 private:
  static Operand AtLeast(const Operand& x) { return Binary("Maximum", x, NumberLike(x, 1e-7f)); }

  // Frequencies other than the first and the last count twice.
  Operand OneSided(const Operand& power) const {
    Tensor factors(DType::kFloat32, {power.shape()[2], 1});
    const auto values = factors.mutable_values<float>();
    std::fill(values.begin(), values.end(), 2.0f);
    values.front() = values.back() = 1;
    return power.builder().Const(std::move(factors));
  }

  // The spectra of the frames of each channel. x: [N, C, samples].
  Operand Convolved(const Operand& x, const Operand& kernel) const {
    Builder& builder = x.builder();
    const int64_t channels = x.shape()[1];
    const Operand rows = ReshapeTo(x, {-1, 1, x.shape()[2], 1});
    const std::vector<int64_t> strides{1, 1, step_, 1};
    const Operand y =
        builder.Emit("Conv2D", {rows, ExpandDims(kernel, 0)},
                     {{"strides", strides}, {"padding", is_same_ ? "SAME" : "VALID"}});
    const Operand split =
        builder.Emit("Reshape", {y, builder.Ints({-1, channels, y.shape()[2], y.shape()[3]})});
    return Transpose(split, {0, 1, 3, 2});
  }

  Operand Arranged(const Operand& y) const {
    const bool is_last = format_.is_channels_last();
    if (has_depth_) {
      return Transpose(y, is_last ? std::vector<int>{0, 3, 2, 1} : std::vector<int>{0, 1, 3, 2});
    }
    const Shape& shape = y.shape();
    const Operand flat = BatchReshape(y, {shape[1] * shape[2], shape[3]});
    return is_last ? Transpose(flat, {0, 2, 1}) : flat;
  }

  std::string mode_;
  int64_t length_;
  int64_t step_;
  bool is_same_;
  bool has_depth_;
  SpatialFormat format_;
  int64_t fft_length_;
  JsonValue options_;
};

// Cosines or sines of the frequencies of a Fourier transform, in a window.
Tensor MakeStft(LayerConfig& config, const TensorSpec& spec, const Philox& /*random*/) {
  if (spec.dtype != DType::kFloat32 || spec.shape.rank() != 3) {
    Throw(Code::kLayer, "the initializer STFT needs a float32 weight of rank 3");
  }
  const bool is_real = config.OneOf("side", "real", {"real", "imag"}) == "real";
  const int64_t length = spec.shape[0];
  const std::vector<float> window = ReadWindow(config, length, config.Bool("periodic", false));
  double scale = 0;
  const bool is_scaled = !config.IsNull("scaling") && !config.IsNull("window");
  const std::string scaling =
      is_scaled ? config.OneOf("scaling", "density", {"density", "spectrum"}) : "";
  for (const double value : window) scale += scaling == "density" ? value * value : std::abs(value);
  if (scaling == "density") scale = std::sqrt(scale);
  if (scaling.empty()) scale = 1;
  const int64_t bins = spec.shape[2];
  const double turn =
      -2 * std::numbers::pi / static_cast<double>(std::max<int64_t>(2 * (bins - 1), 1));
  Tensor tensor(spec.dtype, spec.shape);
  float* next = tensor.mutable_values<float>().data();
  for (int64_t time = 0; time < length; ++time) {
    for (int64_t i = 0; i < spec.shape[1] * bins; ++i) {
      const double angle = turn * static_cast<double>(time * (i % bins));
      const double value = is_real ? std::cos(angle) : std::sin(angle);
      *next++ = static_cast<float>(value * double{window[static_cast<size_t>(time)]} / scale);
    }
  }
  return tensor;
}

}  // namespace

TFWASM_LAYER kMelSpectrogram{.name = "MelSpectrogram", .make = MakeLayer<MelSpectrogram>};
TFWASM_LAYER kStftSpectrogram{.name = "STFTSpectrogram", .make = MakeLayer<StftSpectrogram>};
TFWASM_INITIALIZER kStft{"STFTInitializer", "STFT", MakeStft};

}  // namespace tfwasm
