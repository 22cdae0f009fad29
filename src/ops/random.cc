// SPDX-License-Identifier: Apache-2.0
// Random numbers. With a seed (attributes seed and seed2) every run gives the same numbers, without
// one different ones. With the attribute `sequence`, too, each run of a RandomUniform or a normal
// distribution gives the next numbers of that RandomSequence.
#include "kernels/random.h"

#include <unistd.h>

#include <limits>

#include "kernels/random_sequence.h"
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

// `fill` is void(const Philox&, RandomOutput).
template <typename F>
std::unique_ptr<Kernel> RandomKernel(const KernelContext& context, F fill) {
  const TensorSpec output = context.output(0);
  const int64_t sequence = context.attrs().Int("sequence", 0);
  return MakeKernel([=, key = KeyOf(context.attrs())](RunContext& run) {
    // Any odd factor.
    const uint64_t offset =
        sequence == 0 ? 0 : RandomSequence::Next(sequence) * 0xD1B54A32D192ED03u;
    fill(MakeGenerator(key + offset), RandomOutput{.data = run.out(0),
                                                   .size = output.shape.NumElements(),
                                                   .is_int = output.dtype == DType::kInt32});
  });
}

std::unique_ptr<Kernel> RandomUniformKernel(const KernelContext& context) {
  const float low = context.attrs().Float("minval", 0);
  const float high = context.attrs().Float("maxval", 1);
  return RandomKernel(context, [=](const Philox& generator, RandomOutput out) {
    FillUniform(generator, low, high, out);
  });
}

template <bool kIsTruncated>
std::unique_ptr<Kernel> RandomNormalKernel(const KernelContext& context) {
  const float mean = context.attrs().Float("mean", 0);
  const float deviation = context.attrs().Float("stddev", 1);
  return RandomKernel(context, [=](const Philox& generator, RandomOutput out) {
    FillNormal(generator, mean, deviation, kIsTruncated, out);
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
    FillUniformInts(MakeGenerator(key), low, high, count, run.out<int32_t>(0));
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

std::unique_ptr<Kernel> MultinomialKernel(const KernelContext& context) {
  const int64_t rows = context.shape(0)[0];
  const int64_t classes = context.shape(0)[1];
  const int64_t samples = context.output(0).shape[1];
  const bool is_normalized = context.attrs().Bool("normalized", false);
  return MakeKernel([=, key = KeyOf(context.attrs())](RunContext& run) {
    const Philox generator = MakeGenerator(key);
    for (int64_t row = 0; row < rows; ++row) {
      DrawClasses(generator, run.in<float>(0) + row * classes, classes, is_normalized,
                  row * samples, (row + 1) * samples, run.out<int32_t>(0));
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
TFWASM_OP kRandomNormalOp =
    RandomOp("RandomStandardNormal", 1, InferRandom, RandomNormalKernel<false>);
TFWASM_OP kTruncatedNormalOp =
    RandomOp("TruncatedNormal", 1, InferRandom, RandomNormalKernel<true>);
TFWASM_OP kRandomUniformIntOp =
    RandomOp("RandomUniformInt", 3, InferRandomUniformInt, RandomUniformIntKernel);
TFWASM_OP kMultinomialOp = [] {
  OpDef def = RandomOp("Multinomial", 2, InferMultinomial, MultinomialKernel);
  def.min_inputs = 2;
  return def;
}();

}  // namespace

}  // namespace tfwasm
