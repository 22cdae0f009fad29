// SPDX-License-Identifier: Apache-2.0
// Complex numbers: construction and parts.
#include <cmath>

#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

TFWASM_OP kComplexOp = BinaryOp<[](float re, float im) { return Complex64(re, im); }>("Complex");

TFWASM_OP kRealOp = UnaryOp<[](Complex64 x) { return x.real(); }>("Real");

TFWASM_OP kImagOp = UnaryOp<[](Complex64 x) { return x.imag(); }>("Imag");

TFWASM_OP kConjOp =
    UnaryOp<[](Complex64 x) { return std::conj(x); }, [](float x) { return x; }>("Conj");

TFWASM_OP kComplexAbsOp =
    CostlyUnaryOp<Scalar{[](Complex64 x) { return std::hypot(x.real(), x.imag()); }}>("ComplexAbs");

}  // namespace

}  // namespace tfwasm
