// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of one tensor.
#include <cmath>

#include "kernels/vector_math.h"
#include "kernels/vector_trigonometry.h"
#include "ops/elementwise/elementwise.h"

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

}  // namespace tfwasm
