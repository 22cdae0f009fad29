// SPDX-License-Identifier: Apache-2.0
// Random numbers. With a seed (attributes seed and seed2) every run gives the same numbers, without
// one different ones.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/philox.h"
#include "kernels/search.h"
#include "kernels/thread_pool.h"
#include "kernels/trigonometry.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

// A key per pair of seeds; 0 without a seed.
uint64_t KeyOf(const AttrMap& attrs) {
  return static_cast<uint64_t>(attrs.Int("seed", 0)) * 0x9E3779B97F4A7C15u +
         static_cast<uint64_t>(attrs.Int("seed2", 0));
}

Philox MakeGenerator(uint64_t key) {
  // A counter, in case there is no entropy source.
  static uint64_t fallback = 0;
  if (key == 0 && getentropy(&key, sizeof(key)) != 0) key = ++fallback;
  return Philox(key);
}

DType OutputType(const OpContext& context) {
  const DType dtype = context.attrs().Type("dtype", DType::kFloat32);
  if (dtype == DType::kFloat32 || dtype == DType::kInt32) return dtype;
  Throw(Code::kAttr, "dtype must be float32 or int32, got ", dtype);
}

void InferRandom(InferContext& context) {
  const DType dtype = OutputType(context);
  KeyOf(context.attrs());
  const auto shape = ShapeOrDefer(context, 0);
  if (shape) context.set_output(0, dtype, *shape);
}

int32_t ToInt(float value) {
  if (!(value > -2147483648.0f)) return std::numeric_limits<int32_t>::min();
  return value < 2147483648.0f ? static_cast<int32_t>(value) : std::numeric_limits<int32_t>::max();
}

// Fills the output with four elements per call: make(generator, index, float (&out)[4]).
template <typename F>
std::unique_ptr<Kernel> FillRandom(const KernelContext& context, F make) {
  const int64_t count = context.output(0).shape.NumElements();
  const bool is_int = context.output(0).dtype == DType::kInt32;
  return MakeKernel([=, key = KeyOf(context.attrs())](RunContext& run) {
    const Philox generator = MakeGenerator(key);
    constexpr double kWork = 100;
    ParallelFor((count + 3) / 4, kWork, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float values[4];
        make(generator, static_cast<uint64_t>(i), values);
        const int64_t used = std::min<int64_t>(4, count - 4 * i);
        for (int64_t k = 0; k < used; ++k) {
          if (is_int) {
            run.out<int32_t>(0)[4 * i + k] = ToInt(values[k]);
          } else {
            run.out<float>(0)[4 * i + k] = values[k];
          }
        }
      }
    });
  });
}

std::unique_ptr<Kernel> RandomUniformKernel(const KernelContext& context) {
  const float low = context.attrs().Float("minval", 0);
  const float high = context.attrs().Float("maxval", 1);
  // Excludes the upper bound, which rounding could reach.
  const float most = low < high ? std::nextafter(high, low) : low;
  return FillRandom(context, [=](const Philox& generator, uint64_t index, float(&out)[4]) {
    const Philox::Block bits = generator(index);
    for (size_t k = 0; k < 4; ++k) {
      out[k] = std::min(low + UnitFloat(bits[k]) * (high - low), most);
    }
  });
}

// Two normally distributed numbers (Box-Muller).
void NormalPair(uint32_t a, uint32_t b, float* out) {
  const float radius = std::sqrt(-2.0f * std::log(1.0f - UnitFloat(a)));
  const float angle = 6.28318530718f * UnitFloat(b);
  out[0] = radius * static_cast<float>(Cosine(angle));
  out[1] = radius * static_cast<float>(Sine(angle));
}

struct Normal {
  explicit Normal(const KernelContext& context)
      : mean(context.attrs().Float("mean", 0)),
        deviation(context.attrs().Float("stddev", 1)),
        is_int(context.output(0).dtype == DType::kInt32) {}

  float Scale(float value) const {
    const float scaled = mean + value * deviation;
    return is_int ? std::round(scaled) : scaled;
  }

  float mean;
  float deviation;
  bool is_int;
};

std::unique_ptr<Kernel> RandomNormalKernel(const KernelContext& context) {
  const Normal normal(context);
  return FillRandom(context, [=](const Philox& generator, uint64_t index, float(&out)[4]) {
    const Philox::Block bits = generator(index);
    NormalPair(bits[0], bits[1], out);
    NormalPair(bits[2], bits[3], out + 2);
    for (float& value : out) value = normal.Scale(value);
  });
}

// Redraws numbers beyond two standard deviations.
std::unique_ptr<Kernel> TruncatedNormalKernel(const KernelContext& context) {
  const Normal normal(context);
  return FillRandom(context, [=](const Philox& generator, uint64_t index, float(&out)[4]) {
    // Each group of four has its own 2^16 blocks of random bits. One number in twenty is redrawn.
    uint64_t block = index << 16;
    for (int filled = 0; filled < 4;) {
      const Philox::Block bits = generator(block++);
      float drawn[4];
      NormalPair(bits[0], bits[1], drawn);
      NormalPair(bits[2], bits[3], drawn + 2);
      for (const float value : drawn) {
        if (filled < 4 && std::abs(value) <= 2) out[filled++] = normal.Scale(value);
      }
    }
  });
}

// The bounds are inputs in TensorFlow and attributes in TensorFlow.js.
void InferRandomUniformInt(InferContext& context) {
  if (context.num_inputs() == 2) Throw(Code::kEdge, "expected 1 or 3 inputs, got 2");
  for (int i = 1; i < context.num_inputs(); ++i) {
    ExpectScalar(context, i, DType::kInt32, i == 1 ? "minval" : "maxval");
  }
  if (context.num_inputs() == 1) {
    context.attrs().RequireInt("minval");
    context.attrs().RequireInt("maxval");
  }
  const auto shape = ShapeOrDefer(context, 0);
  if (shape) context.set_output(0, DType::kInt32, *shape);
}

std::unique_ptr<Kernel> RandomUniformIntKernel(const KernelContext& context) {
  const int64_t count = context.output(0).shape.NumElements();
  const bool has_inputs = context.num_inputs() == 3;
  const auto bound = [&](std::string_view name) {
    const int64_t value = has_inputs ? 0 : context.attrs().RequireInt(name);
    if (value < std::numeric_limits<int32_t>::min() || value > int64_t{1} << 31) {
      Throw(Code::kAttr, name, " does not fit int32: ", value);
    }
    return value;
  };
  const int64_t min = bound("minval");
  const int64_t max = bound("maxval");
  return MakeKernel([=, key = KeyOf(context.attrs())](RunContext& run) {
    const int64_t low = has_inputs ? *run.in<int32_t>(1) : min;
    const int64_t high = has_inputs ? *run.in<int32_t>(2) : max;
    if (low >= high) {
      Throw(Code::kInput, "minval must be less than maxval, got ", low, " and ", high);
    }
    const auto range = static_cast<uint64_t>(high - low);
    const Philox generator = MakeGenerator(key);
    constexpr double kWork = 50;
    ParallelFor(count, kWork, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Philox::Block bits = generator(static_cast<uint64_t>(i / 2));
        const size_t half = static_cast<size_t>(i % 2) * 2;
        // From 64 bits, so the bias of the remainder is below 2^-32.
        const uint64_t draw = static_cast<uint64_t>(bits[half]) << 32 | bits[half + 1];
        run.out<int32_t>(0)[i] = static_cast<int32_t>(low + static_cast<int64_t>(draw % range));
      }
    });
  });
}

// Draws classes with probabilities proportional to exp(logits), or, with the attribute
// `normalized`, with the given probabilities.
void InferMultinomial(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the logits");
  context.ExpectRank(0, 2, "the logits");
  context.attrs().Bool("normalized", false);
  KeyOf(context.attrs());
  const auto samples = IntOrDefer(context, 1, "the number of samples");
  if (!samples) return;
  const Shape& logits = context.shape(0);
  if (*samples < 0 || (*samples > 0 && logits[1] == 0)) {
    Throw(Code::kInput, *samples, " samples cannot be drawn from ", logits[1], " classes");
  }
  context.set_output(0, DType::kInt32, {logits[0], *samples});
}

// Cumulative weights. Non-finite logits have weight 0.
void AddWeights(const float* logits, int64_t classes, bool is_normalized, double* totals) {
  float max = -std::numeric_limits<float>::infinity();
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) max = std::max(max, logits[k]);
  }
  double total = 0;
  for (int64_t k = 0; k < classes; ++k) {
    if (std::isfinite(logits[k])) {
      total += is_normalized ? std::max(logits[k], 0.0f) : std::exp(logits[k] - max);
    }
    totals[k] = total;
  }
}

// Draws samples [begin, end), several at once.
void DrawClasses(const Philox& generator, const std::vector<double>& totals, int64_t begin,
                 int64_t end, int32_t* out) {
  constexpr int kGroup = 4;
  const auto classes = static_cast<int64_t>(totals.size());
  for (int64_t first = begin; first < end; first += kGroup) {
    const auto count = static_cast<size_t>(std::min<int64_t>(kGroup, end - first));
    double aims[kGroup] = {};
    Philox::Block bits;
    for (size_t k = 0; k < count; ++k) {
      // Half a block of bits per sample.
      const auto i = static_cast<uint64_t>(first) + k;
      const size_t half = i % 2 * 2;
      if (half == 0 || k == 0) bits = generator(i / 2);
      aims[k] = (bits[half] * 0x1p32 + bits[half + 1]) * 0x1p-64 * totals.back();
    }
    int32_t places[kGroup];
    FindPlaces<true, kGroup>(totals.data(), classes, aims, places);
    // Clamps to the last class, in case rounding reaches the total.
    for (size_t k = 0; k < count; ++k) {
      out[static_cast<size_t>(first) + k] = std::min(places[k], static_cast<int32_t>(classes - 1));
    }
  }
}

std::unique_ptr<Kernel> MultinomialKernel(const KernelContext& context) {
  const int64_t rows = context.shape(0)[0];
  const int64_t classes = context.shape(0)[1];
  const int64_t samples = context.output(0).shape[1];
  const bool is_normalized = context.attrs().Bool("normalized", false);
  return MakeKernel([=, key = KeyOf(context.attrs())](RunContext& run) {
    const Philox generator = MakeGenerator(key);
    std::vector<double> totals(static_cast<size_t>(classes));
    for (int64_t row = 0; row < rows; ++row) {
      AddWeights(run.in<float>(0) + row * classes, classes, is_normalized, totals.data());
      DrawClasses(generator, totals, row * samples, (row + 1) * samples, run.out<int32_t>(0));
    }
  });
}

constexpr OpDef RandomOp(std::string_view name, int inputs, void (*infer)(InferContext&),
                         std::unique_ptr<Kernel> (*kernel)(const KernelContext&)) {
  OpDef def = {.name = name, .infer = infer, .kernel = kernel, .is_stateful = true};
  def.max_inputs = inputs;
  return def;
}

TFWASM_OP kRandomUniformOp = RandomOp("RandomUniform", 1, InferRandom, RandomUniformKernel);
TFWASM_OP kRandomNormalOp = RandomOp("RandomStandardNormal", 1, InferRandom, RandomNormalKernel);
TFWASM_OP kTruncatedNormalOp = RandomOp("TruncatedNormal", 1, InferRandom, TruncatedNormalKernel);
TFWASM_OP kRandomUniformIntOp =
    RandomOp("RandomUniformInt", 3, InferRandomUniformInt, RandomUniformIntKernel);
TFWASM_OP kMultinomialOp = [] {
  OpDef def = RandomOp("Multinomial", 2, InferMultinomial, MultinomialKernel);
  def.min_inputs = 2;
  return def;
}();

}  // namespace

}  // namespace tfwasm
