// SPDX-License-Identifier: Apache-2.0
// Complex numbers and their parts.
#include <cmath>

#include "ops/elementwise.h"

namespace tfwasm {

namespace {

const OpRegistration kComplex(
    BinaryOp<[](float re, float im) { return Complex64(re, im); }>("Complex"));

const OpRegistration kReal(UnaryOp<[](Complex64 x) { return x.real(); }>("Real"));

const OpRegistration kImag(UnaryOp<[](Complex64 x) { return x.imag(); }>("Imag"));

const OpRegistration kConj(
    UnaryOp<[](Complex64 x) { return std::conj(x); }, [](float x) { return x; }>("Conj"));

const OpRegistration kComplexAbs(
    CostlyUnaryOp<Scalar{[](Complex64 x) { return std::hypot(x.real(), x.imag()); }}>(
        "ComplexAbs"));

}  // namespace

}  // namespace tfwasm
