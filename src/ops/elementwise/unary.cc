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

constexpr OpDef kAbsOp = UnaryOp<Wide{[](float x) { return vector_math::Abs(x); }},
                                 [](int32_t x) { return x < 0 ? WrappingSub(0, x) : x; }>("Abs");
const OpRegistration kAbs(kAbsOp);
constexpr OpDef kNegOp =
    UnaryOp<Wide{[](float x) { return vector_math::Neg(x); }},
            [](int32_t x) { return WrappingSub(0, x); }, [](Complex64 x) { return -x; }>("Neg");
const OpRegistration kNeg(kNegOp);
constexpr OpDef kSignOp =
    UnaryOp<[](float x) { return x > 0   ? kStored<1.0f>
                                 : x < 0 ? kStored<-1.0f>
                                         : x; },
            [](int32_t x) { return x > 0   ? 1
                                   : x < 0 ? -1
                                           : 0; }>("Sign");
const OpRegistration kSign(kSignOp);
constexpr OpDef kCeilOp = UnaryOp<[](float x) { return std::ceil(x); }>("Ceil");
const OpRegistration kCeil(kCeilOp);
constexpr OpDef kFloorOp = UnaryOp<[](float x) { return std::floor(x); }>("Floor");
const OpRegistration kFloor(kFloorOp);
// Rounds half to even.
constexpr OpDef kRoundOp =
    UnaryOp<[](float x) { return std::rint(x); }, [](int32_t x) { return x; }>("Round", "Rint");
const OpRegistration kRound(kRoundOp);

// Powers and logarithms.

constexpr OpDef kSquareOp =
    UnaryOp<[](float x) { return x * x; }, [](int32_t x) { return WrappingMul(x, x); }>("Square");
const OpRegistration kSquare(kSquareOp);
constexpr OpDef kSqrtOp = UnaryOp<[](float x) { return std::sqrt(x); }>("Sqrt");
const OpRegistration kSqrt(kSqrtOp);
constexpr OpDef kRsqrtOp = UnaryOp<[](float x) { return kStored<1.0f> / std::sqrt(x); }>("Rsqrt");
const OpRegistration kRsqrt(kRsqrtOp);
constexpr OpDef kReciprocalOp =
    UnaryOp<[](float x) { return kStored<1.0f> / x; },
            [](int32_t x) { return x == 1 || x == -1 ? x : 0; }>("Reciprocal", {"Inv"});
const OpRegistration kReciprocal(kReciprocalOp);
constexpr OpDef kExpOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Exp(x); }}>("Exp");
const OpRegistration kExp(kExpOp);
constexpr OpDef kExpm1Op =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Expm1(x); }}>("Expm1");
const OpRegistration kExpm1(kExpm1Op);
constexpr OpDef kLogOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Log(x); }}>("Log");
const OpRegistration kLog(kLogOp);
constexpr OpDef kLog1pOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Log1p(x); }}>("Log1p");
const OpRegistration kLog1p(kLog1pOp);

// Trigonometry.

constexpr OpDef kSinOp = CostlyUnaryOp<vector_math::Sin{}>("Sin");
const OpRegistration kSin(kSinOp);
constexpr OpDef kCosOp = CostlyUnaryOp<vector_math::Cos{}>("Cos");
const OpRegistration kCos(kCosOp);
constexpr OpDef kTanOp = CostlyUnaryOp<vector_math::Tan{}>("Tan");
const OpRegistration kTan(kTanOp);
constexpr OpDef kAsinOp = CostlyUnaryOp<[](float x) { return vector_math::Asin(x); }>("Asin");
const OpRegistration kAsin(kAsinOp);
constexpr OpDef kAcosOp = CostlyUnaryOp<[](float x) { return vector_math::Acos(x); }>("Acos");
const OpRegistration kAcos(kAcosOp);
constexpr OpDef kAtanOp = CostlyUnaryOp<[](float x) { return vector_math::Atan(x); }>("Atan");
const OpRegistration kAtan(kAtanOp);
constexpr OpDef kSinhOp = CostlyUnaryOp<[](float x) { return vector_math::Sinh(x); }>("Sinh");
const OpRegistration kSinh(kSinhOp);
constexpr OpDef kCoshOp = CostlyUnaryOp<[](float x) { return vector_math::Cosh(x); }>("Cosh");
const OpRegistration kCosh(kCoshOp);
constexpr OpDef kAsinhOp = CostlyUnaryOp<[](float x) { return vector_math::Asinh(x); }>("Asinh");
const OpRegistration kAsinh(kAsinhOp);
constexpr OpDef kAcoshOp = CostlyUnaryOp<[](float x) { return vector_math::Acosh(x); }>("Acosh");
const OpRegistration kAcosh(kAcoshOp);
constexpr OpDef kAtanhOp = CostlyUnaryOp<[](float x) { return vector_math::Atanh(x); }>("Atanh");
const OpRegistration kAtanh(kAtanhOp);
constexpr OpDef kErfOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Erf(x); }}>("Erf");
const OpRegistration kErf(kErfOp);

// Tests.

constexpr OpDef kIsNanOp = UnaryOp<[](float x) { return x != x; }>("IsNan");
const OpRegistration kIsNan(kIsNanOp);
constexpr OpDef kIsInfOp =
    UnaryOp<[](float x) { return vector_math::Abs(x) == kStored<vector_math::kInfinity>; }>(
        "IsInf");
const OpRegistration kIsInf(kIsInfOp);
constexpr OpDef kIsFiniteOp =
    UnaryOp<[](float x) { return vector_math::Abs(x) < kStored<vector_math::kInfinity>; }>(
        "IsFinite");
const OpRegistration kIsFinite(kIsFiniteOp);

constexpr OpDef kInvertOp = UnaryOp<[](int32_t x) { return ~x; }>("Invert");
const OpRegistration kInvert(kInvertOp);

// Activations. NaN stays NaN.

constexpr OpDef kReluOp = UnaryOp<Wide{[](float x) { return x < 0 ? 0.0f : x; }},
                                  [](int32_t x) { return x < 0 ? 0 : x; }>("Relu");
const OpRegistration kRelu(kReluOp);
constexpr OpDef kRelu6Op = UnaryOp<[](float x) { return Within(x, 0.0f, kStored<6.0f>); },
                                   [](int32_t x) { return x < 0   ? 0
                                                          : x > 6 ? 6
                                                                  : x; }>("Relu6");
const OpRegistration kRelu6(kRelu6Op);
constexpr OpDef kEluOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Elu(x); }}>("Elu");
const OpRegistration kElu(kEluOp);
// Klambauer et al., "Self-Normalizing Neural Networks", 2017.
constexpr OpDef kSeluOp = CostlyUnaryOp<[](float x) {
  constexpr float kScale = 1.0507009873554805f;
  constexpr float kAlpha = 1.6732632423543772f;
  return (x < 0 ? kStored<kScale * kAlpha> : kStored<kScale>)*vector_math::Elu(x);
}>("Selu");
const OpRegistration kSelu(kSeluOp);
constexpr OpDef kSoftplusOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Softplus(x); }}>("Softplus");
const OpRegistration kSoftplus(kSoftplusOp);
constexpr OpDef kSoftsignOp =
    UnaryOp<[](float x) { return x / (kStored<1.0f> + vector_math::Abs(x)); }>("Softsign");
const OpRegistration kSoftsign(kSoftsignOp);

constexpr OpDef kSigmoidOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Sigmoid(x); }}>("Sigmoid");
const OpRegistration kSigmoid(kSigmoidOp);
constexpr OpDef kTanhOp =
    CostlyUnaryOp<Vectorized{[](auto x) { return vector_math::Tanh(x); }}>("Tanh");
const OpRegistration kTanh(kTanhOp);

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

constexpr OpDef kLeakyReluOp =
    OpWithAlpha<0.2f, [](float x, float alpha) { return x < 0 ? alpha * x : x; }>("LeakyRelu");
const OpRegistration kLeakyRelu(kLeakyReluOp);

// 1 if positive, else alpha. A function of TensorFlow.js; TensorFlow has no such op.
constexpr OpDef kStepOp = OpWithAlpha<0.0f, [](float x, float alpha) {
  const float step = x > 0 ? kStored<1.0f> : alpha;
  return x == x ? step : x;
}>("Step");
const OpRegistration kStep(kStepOp);

}  // namespace

}  // namespace tfwasm
