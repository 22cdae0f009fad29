// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor.
#include <cmath>

#include "kernels/vector_math.h"
#include "kernels/vector_trigonometry.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

using vector_math::kStored;

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
TFWASM_OP kCeilOp =
    UnaryOp<[](float x) { return std::ceil(x); }, [](int32_t x) { return x; }>("Ceil");
TFWASM_OP kFloorOp =
    UnaryOp<[](float x) { return std::floor(x); }, [](int32_t x) { return x; }>("Floor");
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

}  // namespace

// Gradients. Those of functions with steps are 0, like those of integers.

namespace gradients {

// Of a function of one input. `kDx` is Operand(GradientContext&).
template <auto kDx>
constexpr GradientDef UnaryGradient(std::string_view op) {
  return {.op = op, .rule = [](GradientContext& c) { c.set(0, kDx(c)); }};
}

static Operand Of(std::string_view op, Operand x) { return x.builder().Emit(op, {x}); }
static Operand Zero(GradientContext& c) { return ZerosLike(c.input()); }

}  // namespace gradients

using gradients::Of;
using gradients::UnaryGradient;

TFWASM_GRADIENT kAbsGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * Of("Sign", c.input()); }>("Abs");
TFWASM_GRADIENT kNegGradient = UnaryGradient<[](GradientContext& c) { return -c.dy(); }>("Neg");
TFWASM_GRADIENT kSignGradient = UnaryGradient<gradients::Zero>("Sign");
TFWASM_GRADIENT kCeilGradient = UnaryGradient<gradients::Zero>("Ceil");
TFWASM_GRADIENT kFloorGradient = UnaryGradient<gradients::Zero>("Floor");
TFWASM_GRADIENT kRoundGradient = UnaryGradient<gradients::Zero>("Round");

TFWASM_GRADIENT kSquareGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * (2 * c.input()); }>("Square");
TFWASM_GRADIENT kSqrtGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * 0.5f / c.output(); }>("Sqrt");
TFWASM_GRADIENT kRsqrtGradient = UnaryGradient<[](GradientContext& c) {
  const Operand y = c.output();
  return c.dy() * -0.5f * (y * y * y);
}>("Rsqrt");
TFWASM_GRADIENT kReciprocalGradient =
    UnaryGradient<[](GradientContext& c) { return -c.dy() * (c.output() * c.output()); }>(
        "Reciprocal");
TFWASM_GRADIENT kExpGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * c.output(); }>("Exp");
TFWASM_GRADIENT kExpm1Gradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * (c.output() + 1); }>("Expm1");
TFWASM_GRADIENT kLogGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() / c.input(); }>("Log");
TFWASM_GRADIENT kLog1pGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() / (c.input() + 1); }>("Log1p");

TFWASM_GRADIENT kSinGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * Of("Cos", c.input()); }>("Sin");
TFWASM_GRADIENT kCosGradient =
    UnaryGradient<[](GradientContext& c) { return -c.dy() * Of("Sin", c.input()); }>("Cos");
TFWASM_GRADIENT kTanGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * (1 + c.output() * c.output()); }>("Tan");
TFWASM_GRADIENT kAsinGradient = UnaryGradient<[](GradientContext& c) {
  return c.dy() / Of("Sqrt", 1 - c.input() * c.input());
}>("Asin");
TFWASM_GRADIENT kAcosGradient = UnaryGradient<[](GradientContext& c) {
  return -c.dy() / Of("Sqrt", 1 - c.input() * c.input());
}>("Acos");
TFWASM_GRADIENT kAtanGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() / (1 + c.input() * c.input()); }>("Atan");
TFWASM_GRADIENT kSinhGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * Of("Cosh", c.input()); }>("Sinh");
TFWASM_GRADIENT kCoshGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() * Of("Sinh", c.input()); }>("Cosh");
TFWASM_GRADIENT kAsinhGradient = UnaryGradient<[](GradientContext& c) {
  return c.dy() / Of("Sqrt", 1 + c.input() * c.input());
}>("Asinh");
TFWASM_GRADIENT kAcoshGradient = UnaryGradient<[](GradientContext& c) {
  return c.dy() / Of("Sqrt", c.input() * c.input() - 1);
}>("Acosh");
TFWASM_GRADIENT kAtanhGradient =
    UnaryGradient<[](GradientContext& c) { return c.dy() / (1 - c.input() * c.input()); }>("Atanh");
// 2 / sqrt(pi) * exp(-x^2).
TFWASM_GRADIENT kErfGradient = UnaryGradient<[](GradientContext& c) {
  return c.dy() * (1.1283791670955126f * Of("Exp", -(c.input() * c.input())));
}>("Erf");

// Constant almost everywhere.
TFWASM_GRADIENT kIsNanGradient{"IsNan"};
TFWASM_GRADIENT kIsInfGradient{"IsInf"};
TFWASM_GRADIENT kIsFiniteGradient{"IsFinite"};

}  // namespace tfwasm
