// SPDX-License-Identifier: Apache-2.0
// Complex numbers: construction and parts.
#include <cmath>

#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

constexpr OpDef kComplexOp =
    BinaryOp<[](float re, float im) { return Complex64(re, im); }>("Complex");
const OpRegistration kComplex(kComplexOp);

constexpr OpDef kRealOp = UnaryOp<[](Complex64 x) { return x.real(); }>("Real");
const OpRegistration kReal(kRealOp);

constexpr OpDef kImagOp = UnaryOp<[](Complex64 x) { return x.imag(); }>("Imag");
const OpRegistration kImag(kImagOp);

constexpr OpDef kConjOp =
    UnaryOp<[](Complex64 x) { return std::conj(x); }, [](float x) { return x; }>("Conj");
const OpRegistration kConj(kConjOp);

constexpr OpDef kComplexAbsOp =
    CostlyUnaryOp<Scalar{[](Complex64 x) { return std::hypot(x.real(), x.imag()); }}>("ComplexAbs");
const OpRegistration kComplexAbs(kComplexAbsOp);

}  // namespace

}  // namespace tfwasm
