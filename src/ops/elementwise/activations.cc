// SPDX-License-Identifier: Apache-2.0
// Activation ops, and the list of those that can be fused. NaN stays NaN.
#include "ops/elementwise/activations.h"

#include <algorithm>
#include <limits>

#include "core/ascii.h"
#include "kernels/vector_math.h"
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

using vector_math::kStored;
using vector_math::Within;

// Without parameters.

TFWASM_OP kReluOp = UnaryOp<Wide{[](float x) { return x < 0 ? 0.0f : x; }},
                            [](int32_t x) { return x < 0 ? 0 : x; }>("Relu");
TFWASM_OP kRelu6Op = UnaryOp<[](float x) { return Within(x, 0.0f, kStored<6.0f>); },
                             [](int32_t x) { return x < 0   ? 0
                                                    : x > 6 ? 6
                                                            : x; }>("Relu6");

constexpr Vectorized kElu{[](auto x) { return vector_math::Elu(x); }};
TFWASM_OP kEluOp = CostlyUnaryOp<kElu>("Elu");

constexpr Vectorized kSigmoid{[](auto x) { return vector_math::Sigmoid(x); }};
TFWASM_OP kSigmoidOp = CostlyUnaryOp<kSigmoid>("Sigmoid");

constexpr Vectorized kTanh{[](auto x) { return vector_math::Tanh(x); }};
TFWASM_OP kTanhOp = CostlyUnaryOp<kTanh>("Tanh");

// Klambauer et al., "Self-Normalizing Neural Networks", 2017.
TFWASM_OP kSeluOp = CostlyUnaryOp<[](float x) {
  constexpr float kScale = 1.0507009873554805f;
  constexpr float kAlpha = 1.6732632423543772f;
  return (x < 0 ? kStored<kScale * kAlpha> : kStored<kScale>)*vector_math::Elu(x);
}>("Selu");
TFWASM_OP kSoftplusOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Softplus(x); }}>("Softplus");
TFWASM_OP kSoftsignOp =
    UnaryOp<[](float x) { return x / (kStored<1.0f> + vector_math::Abs(x)); }>("Softsign");

// With parameters, which are attributes. `kRead` is Activation(const AttrMap&).
template <auto kRead>
constexpr OpDef ActivationOp(std::string_view name) {
  return {.name = name,
          .infer =
              [](InferContext& context) {
                context.ExpectDType(0, DType::kFloat32, "the input");
                kRead(context.attrs());  // checks them
                context.set_output(0, context.dtype(0), context.shape(0));
              },
          .kernel =
              [](const KernelContext& context) {
                const int64_t size = context.shape(0).NumElements();
                return MakeKernel([activation = kRead(context.attrs()), size](RunContext& run) {
                  Activate(activation, run.in<float>(0), run.out<float>(0), size);
                });
              },
          .in_place_inputs = 0b1};
}

struct LeakyRelu {
  float operator()(float x) const { return x < 0 ? alpha * x : x; }

  float alpha;
};

Activation ReadLeakyRelu(const AttrMap& attrs, std::string_view name) {
  return MakeActivation(LeakyRelu{.alpha = attrs.Float(name, 0.2f)}, kCheap);
}
TFWASM_OP kLeakyReluOp =
    ActivationOp<[](const AttrMap& attrs) { return ReadLeakyRelu(attrs, "alpha"); }>("LeakyRelu");

struct Step {
  float operator()(float x) const {
    const float step = x > 0 ? kStored<1.0f> : alpha;
    return x == x ? step : x;
  }

  float alpha;
};

Activation ReadStep(const AttrMap& attrs) {
  return MakeActivation(Step{.alpha = attrs.Float("alpha", 0)}, kCheap);
}

void InferStep(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  context.set_output(0, context.dtype(0), context.shape(0));
}

std::unique_ptr<Kernel> StepKernel(const KernelContext& context) {
  constexpr OpDef kOfFloats = ActivationOp<ReadStep>("Step");
  if (context.dtype(0) == DType::kFloat32) return kOfFloats.kernel(context);
  // Rounded towards zero, and 0 if it is NaN.
  constexpr float kMost = 2147483520.0f;
  const float alpha = context.attrs().Float("alpha", 0);
  const auto whole = static_cast<int32_t>(alpha == alpha ? std::clamp(alpha, -kMost, kMost) : 0.0f);
  return MakeKernel([whole, size = context.shape(0).NumElements()](RunContext& run) {
    MapElements(run.in<int32_t>(0), run.out<int32_t>(0), static_cast<size_t>(size),
                [whole](int32_t x) { return x > 0 ? 1 : whole; });
  });
}

// 1 if positive, else alpha. A function of TensorFlow.js; TensorFlow has no such op.
TFWASM_OP kStepOp = {
    .name = "Step", .infer = InferStep, .kernel = StepKernel, .in_place_inputs = 0b1};

// min(max(x, clamp_min), clamp_max); a missing attribute is no bound. Made by graph rewrites.
Activation ReadClamp(const AttrMap& attrs) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float min = attrs.Float("clamp_min", -kInfinity);
  const float max = attrs.Float("clamp_max", kInfinity);
  if (min <= max) return MakeClamp(min, max);
  Throw(Code::kAttr, "expected clamp_min <= clamp_max, got ", min, " and ", max);
}
TFWASM_OP kClampOp = ActivationOp<ReadClamp>("Clamp");

// x * relu6(x + 3) * hardswish_scale. XNNPACK's operator has a fixed scale; models with constants
// rounded to float16 have a slightly different one. Made by graph rewrites.
struct HardSwish {
  float operator()(float x) const {
    return x * scale * Within(x + kStored<3.0f>, 0.0f, kStored<6.0f>);
  }

  float scale;
};

Activation ReadHardSwish(const AttrMap& attrs) {
  return MakeActivation(HardSwish{.scale = attrs.Float("hardswish_scale", kHardSwishScale)},
                        kCheap);
}
TFWASM_OP kHardSwishOp = ActivationOp<ReadHardSwish>("HardSwish");

template <const auto& kFunction>
Activation Costly(const AttrMap&) {
  return MakeActivation(kFunction, kCostly);
}

constexpr FusableActivation kActivations[] = {
    {.op = "Relu",
     .make = [](const AttrMap&) { return MakeClamp(0, std::numeric_limits<float>::infinity()); }},
    {.op = "Relu6", .make = [](const AttrMap&) { return MakeClamp(0, 6); }},
    {.op = "Clamp",
     .make = ReadClamp,
     .attrs = {{{"clamp_min", "clamp_min"}, {"clamp_max", "clamp_max"}}}},
    {.op = "Elu", .make = Costly<kElu>},
    {.op = "LeakyRelu",
     .make = [](const AttrMap& attrs) { return ReadLeakyRelu(attrs, "leakyrelu_alpha"); },
     .attrs = {{{"alpha", "leakyrelu_alpha"}}}},
    {.op = "Prelu"},
    {.op = "Sigmoid", .make = Costly<kSigmoid>},
    {.op = "Tanh", .make = Costly<kTanh>},
    {.op = "HardSwish", .make = ReadHardSwish, .attrs = {{{"hardswish_scale", "hardswish_scale"}}}},
};

}  // namespace

void FusableActivation::CopyAttrs(const AttrMap& own, AttrMap& fused) const {
  for (const Attr& attr : attrs) {
    const AttrValue* value = own.Find(attr.own);
    if (value != nullptr) fused.Set(attr.fused, *value);
  }
}

const FusableActivation* FindActivation(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kActivations), std::end(kActivations),
      [&](const FusableActivation& known) { return EqualsIgnoringCase(known.op, name); });
  return found == std::end(kActivations) ? nullptr : found;
}

}  // namespace tfwasm
