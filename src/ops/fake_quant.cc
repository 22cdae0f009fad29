// SPDX-License-Identifier: Apache-2.0
// FakeQuant: rounds to values that an integer of a few bits can represent, for quantization-aware
// training.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

struct Range {
  float min = 0;
  float max = 0;
};

// The quantized range: [least, greatest].
struct Levels {
  float least = 0;
  float greatest = 0;
};

Levels ReadLevels(const AttrMap& attrs) {
  const int64_t bits = attrs.Int("num_bits", 8);
  if (bits < 2 || bits > 16) {
    Throw(Code::kAttr, "'num_bits' must be from 2 to 16, got ", bits);
  }
  return {.least = attrs.Bool("narrow_range", false) ? 1.0f : 0.0f,
          .greatest = static_cast<float>((1 << bits) - 1)};
}

void CheckRange(Range range, Code code) {
  const bool is_empty = range.min == 0 && range.max == 0;
  const bool is_finite = std::isfinite(range.min) && std::isfinite(range.max);
  if (is_finite && (range.min < range.max || is_empty)) return;
  Throw(code, "expected min < max, got ", range.min, " and ", range.max);
}

// tfjs's converter stores the range in attributes, TensorFlow passes it as inputs 1 and 2.
std::optional<Range> RangeOfAttrs(const OpContext& context) {
  if (context.num_inputs() > 1) return std::nullopt;
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  const Range range{.min = context.attrs().Float("min", kMissing),
                    .max = context.attrs().Float("max", kMissing)};
  CheckRange(range, Code::kAttr);
  return range;
}

void InferFakeQuant(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  if (context.num_inputs() == 2) Throw(Code::kEdge, "expected 1 or 3 inputs, got 2");
  if (context.num_inputs() == 3) {
    ExpectScalar(context, 1, DType::kFloat32, "min");
    ExpectScalar(context, 2, DType::kFloat32, "max");
  }
  ReadLevels(context.attrs());
  RangeOfAttrs(context);
  InferLikeInput(context);
}

// The range, moved so that zero is exactly representable.
struct Quantizer {
  Quantizer(Range range, Levels levels) {
    scale = (range.max - range.min) / (levels.greatest - levels.least);
    const float zero_point =
        std::clamp(levels.least - range.min / scale, levels.least, levels.greatest);
    const float nudged = std::round(zero_point);
    min = (levels.least - nudged) * scale;
    max = (levels.greatest - nudged) * scale;
  }

  float scale, min, max;
};

void Quantize(const Quantizer& quantizer, const float* in, float* out, int64_t count) {
  const auto [scale, min, max] = quantizer;
  const float inverse = 1.0f / scale;
  ParallelFor(count, 2.0, [=](int64_t begin, int64_t end) {
    MapElements(in + begin, out + begin, static_cast<size_t>(end - begin), [=](float x) {
      // In this order, NaN stays NaN.
      const float low = x < min ? min : x;
      const float clamped = low > max ? max : low;
      return std::floor((clamped - min) * inverse + 0.5f) * scale + min;
    });
  });
}

std::unique_ptr<Kernel> PrepareFakeQuant(const KernelContext& context) {
  return MakeKernel([levels = ReadLevels(context.attrs()), fixed = RangeOfAttrs(context),
                     count = context.shape(0).NumElements()](RunContext& run) {
    const Range range = fixed ? *fixed : Range{.min = *run.in<float>(1), .max = *run.in<float>(2)};
    CheckRange(range, Code::kInput);
    // Only zero is representable.
    if (range.max == 0 && range.min == 0) {
      std::fill_n(run.out<float>(0), count, 0.0f);
      return;
    }
    Quantize(Quantizer(range, levels), run.in<float>(0), run.out<float>(0), count);
  });
}

TFWASM_OP kFakeQuantOp{.name = "FakeQuantWithMinMaxVars",
                       .min_inputs = 1,
                       .max_inputs = 3,
                       .infer = InferFakeQuant,
                       .kernel = PrepareFakeQuant,
                       .in_place_inputs = 1};

}  // namespace

// Passes inside of the range; the ends get the rest.
TFWASM_GRADIENT kFakeQuantGradient{
    "FakeQuantWithMinMaxVars", [](GradientContext& c) {
      Builder& builder = c.builder();
      const auto end = [&](int input, std::string_view name) {
        if (c.num_inputs() > 1) return c.input(input);
        return builder.Const(Tensor::Scalar(c.attrs().Float(name, 0)));
      };
      const Operand zero = ZerosLike(c.dy());
      const Operand is_below = builder.Emit("Less", {c.input(), end(1, "min")});
      const Operand is_above = builder.Emit("Greater", {c.input(), end(2, "max")});
      c.set(0, Select(is_below, zero, Select(is_above, zero, c.dy())));
      if (c.num_inputs() == 1) return;
      c.set(1, Select(is_below, c.dy(), zero));
      c.set(2, Select(is_above, c.dy(), zero));
    }};

}  // namespace tfwasm
