// SPDX-License-Identifier: Apache-2.0
// Functions of one tensor, element by element.
#include <cmath>
#include <limits>

#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"
#include "ops/elementwise.h"

namespace tfwasm {

namespace {

// Signs and rounding.

const OpRegistration kAbs(UnaryOp<[](float x) { return std::fabs(x); },
                                  [](int32_t x) { return x < 0 ? WrappingSub(0, x) : x; }>("Abs"));
const OpRegistration kNeg(
    UnaryOp<[](float x) { return -x; }, [](int32_t x) { return WrappingSub(0, x); },
            [](Complex64 x) { return -x; }>("Neg"));
const OpRegistration kSign(UnaryOp<[](float x) { return x > 0   ? 1.0f
                                                        : x < 0 ? -1.0f
                                                                : x; },
                                   [](int32_t x) { return x > 0   ? 1
                                                          : x < 0 ? -1
                                                                  : 0; }>("Sign"));
const OpRegistration kCeil(UnaryOp<[](float x) { return std::ceil(x); }>("Ceil"));
const OpRegistration kFloor(UnaryOp<[](float x) { return std::floor(x); }>("Floor"));
// Halves go to the even neighbour.
const OpRegistration kRound(
    UnaryOp<[](float x) { return std::rint(x); }, [](int32_t x) { return x; }>("Round", {"Rint"}));

// Powers and logarithms.

const OpRegistration kSquare(
    UnaryOp<[](float x) { return x * x; }, [](int32_t x) { return WrappingMul(x, x); }>("Square"));
const OpRegistration kSqrt(UnaryOp<[](float x) { return std::sqrt(x); }>("Sqrt"));
const OpRegistration kRsqrt(UnaryOp<[](float x) { return 1.0f / std::sqrt(x); }>("Rsqrt"));
const OpRegistration kReciprocal(
    UnaryOp<[](float x) { return 1.0f / x; }, [](int32_t x) { return x == 1 || x == -1 ? x : 0; }>(
        "Reciprocal", {"Inv"}));
const OpRegistration kExp(CostlyUnaryOp<[](float x) { return vector_math::Exp(x); }>("Exp"));
const OpRegistration kExpm1(CostlyUnaryOp<Scalar{[](float x) { return std::expm1(x); }}>("Expm1"));
const OpRegistration kLog(CostlyUnaryOp<[](float x) { return vector_math::Log(x); }>("Log"));
const OpRegistration kLog1p(CostlyUnaryOp<[](float x) { return vector_math::Log1p(x); }>("Log1p"));

// Trigonometry.

const OpRegistration kSin(CostlyUnaryOp<Scalar{[](float x) { return std::sin(x); }}>("Sin"));
const OpRegistration kCos(CostlyUnaryOp<Scalar{[](float x) { return std::cos(x); }}>("Cos"));
const OpRegistration kTan(CostlyUnaryOp<Scalar{[](float x) { return std::tan(x); }}>("Tan"));
const OpRegistration kAsin(CostlyUnaryOp<Scalar{[](float x) { return std::asin(x); }}>("Asin"));
const OpRegistration kAcos(CostlyUnaryOp<Scalar{[](float x) { return std::acos(x); }}>("Acos"));
const OpRegistration kAtan(CostlyUnaryOp<Scalar{[](float x) { return std::atan(x); }}>("Atan"));
const OpRegistration kSinh(CostlyUnaryOp<Scalar{[](float x) { return std::sinh(x); }}>("Sinh"));
const OpRegistration kCosh(CostlyUnaryOp<Scalar{[](float x) { return std::cosh(x); }}>("Cosh"));
const OpRegistration kAsinh(CostlyUnaryOp<Scalar{[](float x) { return std::asinh(x); }}>("Asinh"));
const OpRegistration kAcosh(CostlyUnaryOp<Scalar{[](float x) { return std::acosh(x); }}>("Acosh"));
const OpRegistration kAtanh(CostlyUnaryOp<Scalar{[](float x) { return std::atanh(x); }}>("Atanh"));
const OpRegistration kErf(CostlyUnaryOp<[](float x) { return vector_math::Erf(x); }>("Erf"));

// Tests.

const OpRegistration kIsNan(UnaryOp<[](float x) { return x != x; }>("IsNan"));
const OpRegistration kIsInf(UnaryOp<[](float x) {
  return std::fabs(x) == std::numeric_limits<float>::infinity();
}>("IsInf"));
const OpRegistration kIsFinite(
    UnaryOp<[](float x) { return std::fabs(x) <= std::numeric_limits<float>::max(); }>("IsFinite"));

const OpRegistration kInvert(UnaryOp<[](int32_t x) { return ~x; }>("Invert"));

// Activations. NaN stays NaN.

const OpRegistration kRelu(UnaryOp<[](float x) { return x < 0 ? 0.0f : x; },
                                   [](int32_t x) { return x < 0 ? 0 : x; }>("Relu"));
const OpRegistration kRelu6(UnaryOp<[](float x) { return x < 0   ? 0.0f
                                                         : x > 6 ? 6.0f
                                                                 : x; },
                                    [](int32_t x) { return x < 0   ? 0
                                                           : x > 6 ? 6
                                                                   : x; }>("Relu6"));
const OpRegistration kElu(CostlyUnaryOp<[](float x) { return vector_math::Elu(x); }>("Elu"));
// Klambauer et al., "Self-Normalizing Neural Networks", 2017.
const OpRegistration kSelu(CostlyUnaryOp<[](float x) {
  constexpr float kScale = 1.0507009873554805f;
  constexpr float kAlpha = 1.6732632423543772f;
  return kScale * (x < 0 ? kAlpha : 1.0f) * vector_math::Elu(x);
}>("Selu"));
const OpRegistration kSoftplus(
    CostlyUnaryOp<[](float x) { return vector_math::Softplus(x); }>("Softplus"));
const OpRegistration kSoftsign(
    UnaryOp<[](float x) { return x / (1.0f + std::fabs(x)); }>("Softsign"));

const OpRegistration kSigmoid(
    CostlyUnaryOp<[](float x) { return vector_math::Sigmoid(x); }>("Sigmoid"));
const OpRegistration kTanh(CostlyUnaryOp<[](float x) { return vector_math::Tanh(x); }>("Tanh"));

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
OpDef OpWithAlpha(std::string_view name) {
  return {.name = name,
          .infer = InferWithAlpha<kDefault>,
          .kernel = KernelWithAlpha<kDefault, kFn>,
          .in_place_inputs = 0b1};
}

const OpRegistration kLeakyRelu(
    OpWithAlpha<0.2f, [](float x, float alpha) { return x < 0 ? alpha * x : x; }>("LeakyRelu"));

// 1 above 0, and alpha below; no op of TensorFlow, but a function of TensorFlow.js.
const OpRegistration kStep(OpWithAlpha<0.0f, [](float x, float alpha) {
  const float step = x > 0 ? 1.0f : alpha;
  return x == x ? step : x;
}>("Step"));

}  // namespace

}  // namespace tfwasm
