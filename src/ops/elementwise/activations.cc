// SPDX-License-Identifier: Apache-2.0
// Activation ops, and the list of those that can be fused. NaN stays NaN.
#include "ops/elementwise/activations.h"

#include <algorithm>
#include <limits>

#include "core/ascii.h"
#include "kernels/vector_math.h"
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

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

// Gradients. Those of common activations are ops of their own, of the output and dy: one loop in
// place of several. At 0 they are as in TensorFlow.

TFWASM_TRAINING_OP kReluGradOp =
    BinaryOp<[](float y, float dy) { return y > 0 ? dy : 0.0f; }>("_ReluGrad");
TFWASM_TRAINING_OP kRelu6GradOp =
    BinaryOp<[](float y, float dy) { return y > 0 && y < 6 ? dy : 0.0f; }>("_Relu6Grad");
TFWASM_TRAINING_OP kSigmoidGradOp =
    BinaryOp<[](float y, float dy) { return dy * (y * (1 - y)); }>("_SigmoidGrad");
TFWASM_TRAINING_OP kTanhGradOp =
    BinaryOp<[](float y, float dy) { return dy * (1 - y * y); }>("_TanhGrad");
TFWASM_TRAINING_OP kEluGradOp =
    BinaryOp<[](float y, float dy) { return y < 0 ? dy * (y + 1) : dy; }>("_EluGrad");

// y = f(x), dx = g(y, dy).
template <const char* kGradOp>
void OutputRule(GradientContext& c) {
  c.set(0, c.builder().Emit(kGradOp, {c.output(), c.dy()}));
}
// Of g in dy, which is linear; it has no gradient in y, whose step is at a single point.
template <const char* kGradOp>
void StepGradRule(GradientContext& c) {
  c.set(0, ZerosLike(c.input(0)));
  c.set(1, c.builder().Emit(kGradOp, {c.input(0), c.dy()}));
}

constexpr char kReluGrad[] = "_ReluGrad";
constexpr char kRelu6Grad[] = "_Relu6Grad";
constexpr char kSigmoidGrad[] = "_SigmoidGrad";
constexpr char kTanhGrad[] = "_TanhGrad";
constexpr char kEluGrad[] = "_EluGrad";

TFWASM_GRADIENT kReluGradient{"Relu", OutputRule<kReluGrad>};
TFWASM_GRADIENT kRelu6Gradient{"Relu6", OutputRule<kRelu6Grad>};
TFWASM_GRADIENT kSigmoidGradient{"Sigmoid", OutputRule<kSigmoidGrad>};
TFWASM_GRADIENT kTanhGradient{"Tanh", OutputRule<kTanhGrad>};
TFWASM_GRADIENT kEluGradient{"Elu", OutputRule<kEluGrad>};

// Second order.
TFWASM_GRADIENT kReluGradGradient{"_ReluGrad", StepGradRule<kReluGrad>};
TFWASM_GRADIENT kRelu6GradGradient{"_Relu6Grad", StepGradRule<kRelu6Grad>};
TFWASM_GRADIENT kSigmoidGradGradient{"_SigmoidGrad", [](GradientContext& c) {
                                       const Operand y = c.input(0);
                                       c.set(0, c.dy() * c.input(1) * (1 - 2 * y));
                                       c.set(1, c.builder().Emit("_SigmoidGrad", {y, c.dy()}));
                                     }};
TFWASM_GRADIENT kTanhGradGradient{"_TanhGrad", [](GradientContext& c) {
                                    const Operand y = c.input(0);
                                    c.set(0, c.dy() * c.input(1) * (-2 * y));
                                    c.set(1, c.builder().Emit("_TanhGrad", {y, c.dy()}));
                                  }};
TFWASM_GRADIENT kEluGradGradient{"_EluGrad", [](GradientContext& c) {
                                   const Operand y = c.input(0);
                                   const Operand zero = ZerosLike(y);
                                   const Operand is_negative = c.builder().Emit("Less", {y, zero});
                                   c.set(0, Select(is_negative, c.dy() * c.input(1), zero));
                                   c.set(1, c.builder().Emit("_EluGrad", {y, c.dy()}));
                                 }};

// With the bits of a condition on x as a factor.

static Operand Where(GradientContext& c, std::string_view comparison, Operand x, float bound,
                     Operand if_true, Operand if_false) {
  const Operand limit = c.builder().Const(Tensor::Scalar(bound));
  return Select(c.builder().Emit(comparison, {x, limit}), if_true, if_false);
}

TFWASM_GRADIENT kSeluGradient{
    "Selu", [](GradientContext& c) {
      constexpr float kScale = 1.0507009873554805f;
      constexpr float kAlpha = 1.6732632423543772f;
      const Operand y = c.output();
      c.set(0, Where(c, "Less", y, 0, c.dy() * (y + kScale * kAlpha), c.dy() * kScale));
    }};
TFWASM_GRADIENT kSoftplusGradient{"Softplus", [](GradientContext& c) {
                                    c.set(0, c.dy() * c.builder().Emit("Sigmoid", {c.input()}));
                                  }};
TFWASM_GRADIENT kSoftsignGradient{"Softsign", [](GradientContext& c) {
                                    const Operand size = 1 + c.builder().Emit("Abs", {c.input()});
                                    c.set(0, c.dy() / (size * size));
                                  }};
TFWASM_GRADIENT kLeakyReluGradient{
    "LeakyRelu", [](GradientContext& c) {
      const float alpha = c.attrs().Float("alpha", 0.2f);
      c.set(0, Where(c, "Greater", c.input(), 0, c.dy(), c.dy() * alpha));
    }};
TFWASM_GRADIENT kStepGradient{"Step", [](GradientContext& c) { c.set(0, ZerosLike(c.input())); }};
TFWASM_GRADIENT kClampGradient{
    "Clamp", [](GradientContext& c) {
      // Passes at both bounds.
      constexpr float kInfinity = std::numeric_limits<float>::infinity();
      const Operand zero = ZerosLike(c.dy());
      const Operand below =
          Where(c, "LessEqual", c.input(), c.attrs().Float("clamp_max", kInfinity), c.dy(), zero);
      c.set(0, Where(c, "GreaterEqual", c.input(), c.attrs().Float("clamp_min", -kInfinity), below,
                     zero));
    }};
// y = x * scale * relu6(x + 3).
TFWASM_GRADIENT kHardSwishGradient{
    "HardSwish", [](GradientContext& c) {
      const float scale = c.attrs().Float("hardswish_scale", kHardSwishScale);
      const Operand x = c.input();
      const Operand inner = c.dy() * ((2 * x + 3) * scale);
      const Operand right = Where(c, "GreaterEqual", x, 3, c.dy() * (6 * scale), inner);
      c.set(0, Where(c, "LessEqual", x, -3, ZerosLike(x), right));
    }};

}  // namespace tfwasm
