// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor.
#include <cmath>

#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"
#include "kernels/vector_trigonometry.h"
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

using vector_math::kStored;
using vector_math::Within;

// Signs and rounding.

TFWASM_OP kAbsOp = UnaryOp<Wide{[](float x) { return vector_math::Abs(x); }},
                           [](int32_t x) { return x < 0 ? WrappingSub(0, x) : x; }>("Abs");
TFWASM_OP kNegOp =
    UnaryOp<Wide{[](float x) { return vector_math::Neg(x); }},
            [](int32_t x) { return WrappingSub(0, x); }, [](Complex64 x) { return -x; }>("Neg");
TFWASM_OP kSignOp =
    UnaryOp<[](float x) { return x > 0   ? kStored<1.0f>
                                 : x < 0 ? kStored<-1.0f>
                                         : x; },
            [](int32_t x) { return x > 0   ? 1
                                   : x < 0 ? -1
                                           : 0; }>("Sign");
TFWASM_OP kCeilOp = UnaryOp<[](float x) { return std::ceil(x); }>("Ceil");
TFWASM_OP kFloorOp = UnaryOp<[](float x) { return std::floor(x); }>("Floor");
// Rounds half to even.
TFWASM_OP kRoundOp =
    UnaryOp<[](float x) { return std::rint(x); }, [](int32_t x) { return x; }>("Round", "Rint");

// Powers and logarithms.

TFWASM_OP kSquareOp =
    UnaryOp<[](float x) { return x * x; }, [](int32_t x) { return WrappingMul(x, x); }>("Square");
TFWASM_OP kSqrtOp = UnaryOp<[](float x) { return std::sqrt(x); }>("Sqrt");
TFWASM_OP kRsqrtOp = UnaryOp<[](float x) { return kStored<1.0f> / std::sqrt(x); }>("Rsqrt");
TFWASM_OP kReciprocalOp =
    UnaryOp<[](float x) { return kStored<1.0f> / x; },
            [](int32_t x) { return x == 1 || x == -1 ? x : 0; }>("Reciprocal", {"Inv"});
TFWASM_OP kExpOp = CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Exp(x); }}>("Exp");
TFWASM_OP kExpm1Op =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Expm1(x); }}>("Expm1");
TFWASM_OP kLogOp = CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Log(x); }}>("Log");
TFWASM_OP kLog1pOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Log1p(x); }}>("Log1p");

// Trigonometry.

TFWASM_OP kSinOp = CostlyUnaryOp<vector_math::Sin{}>("Sin");
TFWASM_OP kCosOp = CostlyUnaryOp<vector_math::Cos{}>("Cos");
TFWASM_OP kTanOp = CostlyUnaryOp<vector_math::Tan{}>("Tan");
TFWASM_OP kAsinOp = CostlyUnaryOp<[](float x) { return vector_math::Asin(x); }>("Asin");
TFWASM_OP kAcosOp = CostlyUnaryOp<[](float x) { return vector_math::Acos(x); }>("Acos");
TFWASM_OP kAtanOp = CostlyUnaryOp<[](float x) { return vector_math::Atan(x); }>("Atan");
TFWASM_OP kSinhOp = CostlyUnaryOp<[](float x) { return vector_math::Sinh(x); }>("Sinh");
TFWASM_OP kCoshOp = CostlyUnaryOp<[](float x) { return vector_math::Cosh(x); }>("Cosh");
TFWASM_OP kAsinhOp = CostlyUnaryOp<[](float x) { return vector_math::Asinh(x); }>("Asinh");
TFWASM_OP kAcoshOp = CostlyUnaryOp<[](float x) { return vector_math::Acosh(x); }>("Acosh");
TFWASM_OP kAtanhOp = CostlyUnaryOp<[](float x) { return vector_math::Atanh(x); }>("Atanh");
TFWASM_OP kErfOp = CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Erf(x); }}>("Erf");

// Tests.

TFWASM_OP kIsNanOp = UnaryOp<[](float x) { return x != x; }>("IsNan");
TFWASM_OP kIsInfOp =
    UnaryOp<[](float x) { return vector_math::Abs(x) == kStored<vector_math::kInfinity>; }>(
        "IsInf");
TFWASM_OP kIsFiniteOp =
    UnaryOp<[](float x) { return vector_math::Abs(x) < kStored<vector_math::kInfinity>; }>(
        "IsFinite");

TFWASM_OP kInvertOp = UnaryOp<[](int32_t x) { return ~x; }>("Invert");

// Activations. NaN stays NaN.

TFWASM_OP kReluOp = UnaryOp<Wide{[](float x) { return x < 0 ? 0.0f : x; }},
                            [](int32_t x) { return x < 0 ? 0 : x; }>("Relu");
TFWASM_OP kRelu6Op = UnaryOp<[](float x) { return Within(x, 0.0f, kStored<6.0f>); },
                             [](int32_t x) { return x < 0   ? 0
                                                    : x > 6 ? 6
                                                            : x; }>("Relu6");
TFWASM_OP kEluOp = CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Elu(x); }}>("Elu");
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

TFWASM_OP kSigmoidOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Sigmoid(x); }}>("Sigmoid");
TFWASM_OP kTanhOp = CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Tanh(x); }}>("Tanh");

// Functions of an element and the attribute alpha.
template <float kDefault>
float ReadAlpha(const OpContext& context) {
  return context.attrs().Float("alpha", kDefault);
}

template <float kDefault>
void InferWithAlpha(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  ReadAlpha<kDefault>(context);  // checks the attribute
  context.set_output(0, context.dtype(0), context.shape(0));
}

template <float kDefault, auto kFn>
std::unique_ptr<Kernel> KernelWithAlpha(const KernelContext& context) {
  const float alpha = ReadAlpha<kDefault>(context);
  const int64_t size = context.shape(0).NumElements();
  return MakeKernel([alpha, size](RunContext& run) {
    const float* in = run.in<float>(0);
    float* out = run.out<float>(0);
    ParallelFor(size, kCheap, [&](int64_t begin, int64_t end) {
      MapElements(in + begin, out + begin, static_cast<size_t>(end - begin),
                  [alpha](float x) { return kFn(x, alpha); });
    });
  });
}

template <float kDefault, auto kFn>
constexpr OpDef OpWithAlpha(std::string_view name) {
  return {.name = name,
          .infer = InferWithAlpha<kDefault>,
          .kernel = KernelWithAlpha<kDefault, kFn>,
          .in_place_inputs = 0b1};
}

TFWASM_OP kLeakyReluOp =
    OpWithAlpha<0.2f, [](float x, float alpha) { return x < 0 ? alpha * x : x; }>("LeakyRelu");

// 1 if positive, else alpha. A function of TensorFlow.js; TensorFlow has no such op.
TFWASM_OP kStepOp = OpWithAlpha<0.0f, [](float x, float alpha) {
  const float step = x > 0 ? kStored<1.0f> : alpha;
  return x == x ? step : x;
}>("Step");

}  // namespace

}  // namespace tfwasm
