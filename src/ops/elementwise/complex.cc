// SPDX-License-Identifier: Apache-2.0
// Complex numbers: construction and parts.
#include <cmath>

#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

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

// A gradient of complex64 is dL/d(re) + i dL/d(im).

static Operand Apply(std::string_view op, Operand x) { return x.builder().Emit(op, {x}); }

TFWASM_GRADIENT kComplexGradient{"Complex", [](GradientContext& c) {
                                   if (c.wants(0)) c.set(0, Apply("Real", c.dy()));
                                   if (c.wants(1)) c.set(1, Apply("Imag", c.dy()));
                                 }};
TFWASM_GRADIENT kRealGradient{"Real", [](GradientContext& c) {
                                c.set(0, c.builder().Emit("Complex", {c.dy(), ZerosLike(c.dy())}));
                              }};
TFWASM_GRADIENT kImagGradient{"Imag", [](GradientContext& c) {
                                c.set(0, c.builder().Emit("Complex", {ZerosLike(c.dy()), c.dy()}));
                              }};
TFWASM_GRADIENT kConjGradient{"Conj", [](GradientContext& c) { c.set(0, Apply("Conj", c.dy())); }};
// x / |x|, and 0 at 0.
TFWASM_GRADIENT kComplexAbsGradient{
    "ComplexAbs", [](GradientContext& c) {
      const Operand scale = c.builder().Emit("DivNoNan", {c.dy(), c.output()});
      c.set(0, c.input() * c.builder().Emit("Complex", {scale, ZerosLike(scale)}));
    }};

}  // namespace tfwasm
