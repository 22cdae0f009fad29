// SPDX-License-Identifier: Apache-2.0
// Binary arithmetic with broadcasting. int32 wraps around. Integer division by zero gives 0, as in
// TensorFlow.js; TensorFlow reports an error, which a kernel may not.
#include <cmath>

#include "kernels/vector_math.h"
#include "kernels/vector_trigonometry.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// Rounds towards zero. In double, since the quotient of two int32 is never rounded up to the next
// integer there, and it can be vectorized.
static int32_t Quotient(int32_t a, int32_t b) {
  const bool is_special = b == 0 || b == -1;
  const double quotient = static_cast<double>(a) / (is_special ? 1 : b);
  const int32_t negative = b == 0 ? 0 : WrappingSub(0, a);
  return is_special ? negative : static_cast<int32_t>(quotient);
}
static int32_t Remainder(int32_t a, int32_t b) {
  return b == 0 ? 0 : WrappingSub(a, WrappingMul(Quotient(a, b), b));
}

template <typename T>
bool OfOppositeSigns(T a, T b) {
  return (a < 0) != (b < 0);
}

static int32_t FloorQuotient(int32_t a, int32_t b) {
  // Not Remainder(), to divide only once.
  const int32_t quotient = Quotient(a, b);
  const int32_t remainder = b == 0 ? 0 : WrappingSub(a, WrappingMul(quotient, b));
  return quotient - (remainder != 0 && OfOppositeSigns(remainder, b) ? 1 : 0);
}

// The remainder with the sign of b.
template <typename T>
T FloorRemainder(T remainder, T b) {
  return remainder != 0 && OfOppositeSigns(remainder, b) ? remainder + b : remainder;
}

struct FloatMod {
  float operator()(float a, float b) const { return vector_math::ModOfNear(a, b); }
  static bool IsRare(float a, float b) {
    using vector_math::Abs, vector_math::kInfinity, vector_math::kStored;
    return !(Abs(a / b) < kStored<0x1p27f> && Abs(b) < kStored<kInfinity>);
  }
  static float OfRare(float a, float b) { return std::fmod(a, b); }
};

struct FloatFloorMod : FloatMod {
  float operator()(float a, float b) const {
    return FloorRemainder(vector_math::ModOfNear(a, b), b);
  }
  static float OfRare(float a, float b) { return FloorRemainder(std::fmod(a, b), b); }
};

// The exact result rounded towards zero. 0 to a negative power gives 0.
int32_t IntegerPower(int32_t base, int32_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  int32_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = WrappingMul(result, base);
    base = WrappingMul(base, base);
  }
  return result;
}

constexpr auto kPower = [](float a, float b) { return vector_math::Pow(a, b); };
constexpr auto kIntegerPower = Scalar{[](int32_t a, int32_t b) { return IntegerPower(a, b); }};

// The float functions here are so short that the loop overhead matters, therefore Wide.
TFWASM_OP kAddOp = BinaryOp<Wide{[](float a, float b) { return a + b; }},
                            [](int32_t a, int32_t b) { return WrappingAdd(a, b); },
                            [](Complex64 a, Complex64 b) { return a + b; }>("Add", {"AddV2"});

TFWASM_OP kSubOp = BinaryOp<Wide{[](float a, float b) { return a - b; }},
                            [](int32_t a, int32_t b) { return WrappingSub(a, b); },
                            [](Complex64 a, Complex64 b) { return a - b; }>("Sub");

TFWASM_OP kMulOp = BinaryOp<Wide{[](float a, float b) { return a * b; }},
                            [](int32_t a, int32_t b) { return WrappingMul(a, b); },
                            [](Complex64 a, Complex64 b) {
                              return Complex64(a.real() * b.real() - a.imag() * b.imag(),
                                               a.real() * b.imag() + a.imag() * b.real());
                            }>("Mul");

TFWASM_OP kMulNoNanOp =
    BinaryOp<[](float a, float b) { return b == 0 ? 0.0f : a * b; }>("MulNoNan");

// In double: squares of floats cannot overflow there.
constexpr auto kComplexQuotient = [](Complex64 a, Complex64 b) {
  const std::complex<double> x(a.real(), a.imag());
  const double re = b.real();
  const double im = b.imag();
  const double norm = re * re + im * im;
  return Complex64(static_cast<float>((x.real() * re + x.imag() * im) / norm),
                   static_cast<float>((x.imag() * re - x.real() * im) / norm));
};

// For integers, TensorFlow's Div rounds towards zero.
TFWASM_OP kDivOp =
    BinaryOp<[](float a, float b) { return a / b; },
             [](int32_t a, int32_t b) { return Quotient(a, b); }, kComplexQuotient>("Div");

TFWASM_OP kTruncateDivOp =
    BinaryOp<[](int32_t a, int32_t b) { return Quotient(a, b); }>("TruncateDiv");

// TensorFlow has no integer RealDiv. In TensorFlow.js it is a FloorDiv.
TFWASM_OP kRealDivOp =
    BinaryOp<[](float a, float b) { return a / b; },
             [](int32_t a, int32_t b) { return FloorQuotient(a, b); }, kComplexQuotient>("RealDiv");

TFWASM_OP kDivNoNanOp =
    BinaryOp<[](float a, float b) { return b == 0 ? 0.0f : a / b; }>("DivNoNan");

TFWASM_OP kFloorDivOp =
    BinaryOp<[](float a, float b) { return std::floor(a / b); },
             [](int32_t a, int32_t b) { return FloorQuotient(a, b); }>("FloorDiv");

TFWASM_OP kFloorModOp = CostlyBinaryOp<FloatFloorMod{}, [](int32_t a, int32_t b) {
  return FloorRemainder(Remainder(a, b), b);
}>("FloorMod");

// With the sign of a, as in C.
TFWASM_OP kModOp = CostlyBinaryOp<FloatMod{}, [](int32_t a, int32_t b) { return Remainder(a, b); }>(
    "Mod", {"TruncateMod"});

// NaN if either operand is.
TFWASM_OP kMaximumOp = BinaryOp<[](float a, float b) { return ((a > b) | (a != a)) ? a : b; },
                                [](int32_t a, int32_t b) { return a > b ? a : b; }>("Maximum");

TFWASM_OP kMinimumOp = BinaryOp<[](float a, float b) { return ((a < b) | (a != a)) ? a : b; },
                                [](int32_t a, int32_t b) { return a < b ? a : b; }>("Minimum");

TFWASM_OP kSquaredDifferenceOp = BinaryOp<[](float a, float b) { return (a - b) * (a - b); },
                                          [](int32_t a, int32_t b) {
                                            const int32_t difference = WrappingSub(a, b);
                                            return WrappingMul(difference, difference);
                                          }>("SquaredDifference");

// Squares and cubes are common and do not need a logarithm.
std::unique_ptr<Kernel> PowKernel(const KernelContext& context) {
  static constexpr std::array kSquare = {ElementLoopOf<[](float a) { return a * a; }>()};
  static constexpr std::array kCube = {ElementLoopOf<[](float a) { return a * a * a; }>()};
  const Tensor* exponent = context.value(1);
  if (exponent != nullptr && context.dtype(1) == DType::kFloat32 && exponent->size() == 1 &&
      context.output(0).shape.NumElements() == context.shape(0).NumElements()) {
    const float value = exponent->values<float>()[0];
    if (value == 2) return MakeElementwiseKernel(context, kSquare, kCheap);
    if (value == 3) return MakeElementwiseKernel(context, kCube, kCheap);
  }
  return ElementwiseKernelOf<kCostly, kPower, kIntegerPower>(context);
}

TFWASM_OP kPowOp = [] {
  OpDef def = BinaryOp<kPower, kIntegerPower>("Pow");
  def.kernel = PowKernel;
  return def;
}();

TFWASM_OP kAtan2Op =
    CostlyBinaryOp<[](float y, float x) { return vector_math::Atan2(y, x); }>("Atan2");

TFWASM_OP kXdivyOp = BinaryOp<[](float x, float y) { return x == 0 ? 0.0f : x / y; }>("Xdivy");

TFWASM_OP kXlogyOp =
    CostlyBinaryOp<[](float x, float y) { return x == 0 ? 0.0f : x * vector_math::Log(y); }>(
        "Xlogy");

TFWASM_OP kBitwiseAndOp = BinaryOp<[](int32_t a, int32_t b) { return a & b; }>("BitwiseAnd");
TFWASM_OP kBitwiseOrOp = BinaryOp<[](int32_t a, int32_t b) { return a | b; }>("BitwiseOr");
TFWASM_OP kBitwiseXorOp = BinaryOp<[](int32_t a, int32_t b) { return a ^ b; }>("BitwiseXor");

}  // namespace

// Gradients. The walker sums over axes that were broadcast.

static Operand ZeroWhere(GradientContext& c, std::string_view comparison, Operand a, Operand b,
                         Operand otherwise) {
  return Select(c.builder().Emit(comparison, {a, b}), ZerosLike(otherwise), otherwise);
}
static Operand Number(GradientContext& c, float value) {
  return c.builder().Const(Tensor::Scalar(value));
}

TFWASM_GRADIENT kAddGradient{"Add", [](GradientContext& c) {
                               c.set(0, c.dy());
                               c.set(1, c.dy());
                             }};
TFWASM_GRADIENT kSubGradient{"Sub", [](GradientContext& c) {
                               c.set(0, c.dy());
                               // The sum first: it may be far smaller.
                               if (c.wants(1)) c.set(1, -SumTo(c.dy(), c.input(1).shape()));
                             }};
TFWASM_GRADIENT kMulGradient{"Mul", [](GradientContext& c) {
                               if (c.wants(0)) c.set(0, c.dy() * c.input(1));
                               if (c.wants(1)) c.set(1, c.dy() * c.input(0));
                             }};
static void QuotientRule(GradientContext& c) {
  if (c.wants(0)) c.set(0, c.dy() / c.input(1));
  if (!c.wants(1)) return;
  // The quotient of integers is rounded.
  const bool is_exact = c.output().dtype() != DType::kInt32;
  const Operand y = is_exact ? c.output() : Cast(c.input(0), DType::kFloat32) / c.input(1);
  c.set(1, -c.dy() * y / c.input(1));
}
TFWASM_GRADIENT kRealDivGradient{"RealDiv", QuotientRule};
TFWASM_GRADIENT kDivGradient{"Div", QuotientRule};
TFWASM_GRADIENT kMulNoNanGradient{"MulNoNan", [](GradientContext& c) {
                                    if (c.wants(0))
                                      c.set(0, c.builder().Emit("MulNoNan", {c.dy(), c.input(1)}));
                                    if (c.wants(1)) c.set(1, c.dy() * c.input(0));
                                  }};
TFWASM_GRADIENT kDivNoNanGradient{"DivNoNan", [](GradientContext& c) {
                                    const auto divide = [&](Operand a) {
                                      return c.builder().Emit("DivNoNan", {a, c.input(1)});
                                    };
                                    if (c.wants(0)) c.set(0, divide(c.dy()));
                                    if (c.wants(1)) c.set(1, divide(-c.dy() * c.output()));
                                  }};
TFWASM_GRADIENT kFloorDivGradient{"FloorDiv", [](GradientContext& c) {
                                    c.set(0, ZerosLike(c.input(0)));
                                    c.set(1, ZerosLike(c.input(1)));
                                  }};
TFWASM_GRADIENT kFloorModGradient{
    "FloorMod", [](GradientContext& c) {
      c.set(0, c.dy());
      if (!c.wants(1)) return;
      c.set(1, -c.dy() * c.builder().Emit("Floor", {c.input(0) / c.input(1)}));
    }};
// The quotient that Mod rounds towards zero is (a - y) / b.
TFWASM_GRADIENT kModGradient{"Mod", [](GradientContext& c) {
                               c.set(0, c.dy());
                               if (!c.wants(1)) return;
                               const Operand quotient = (c.input(0) - c.output()) / c.input(1);
                               c.set(1, -c.dy() * c.builder().Emit("Round", {quotient}));
                             }};
// Ties go to the first operand.
TFWASM_GRADIENT kMaximumGradient{"Maximum", [](GradientContext& c) {
                                   const Operand first =
                                       c.builder().Emit("GreaterEqual", {c.input(0), c.input(1)});
                                   c.set(0, Select(first, c.dy(), ZerosLike(c.dy())));
                                   c.set(1, Select(first, ZerosLike(c.dy()), c.dy()));
                                 }};
TFWASM_GRADIENT kMinimumGradient{"Minimum", [](GradientContext& c) {
                                   const Operand first =
                                       c.builder().Emit("LessEqual", {c.input(0), c.input(1)});
                                   c.set(0, Select(first, c.dy(), ZerosLike(c.dy())));
                                   c.set(1, Select(first, ZerosLike(c.dy()), c.dy()));
                                 }};
TFWASM_GRADIENT kSquaredDifferenceGradient{"SquaredDifference", [](GradientContext& c) {
                                             const Operand dx =
                                                 c.dy() * (2 * (c.input(0) - c.input(1)));
                                             c.set(0, dx);
                                             if (c.wants(1)) c.set(1, -dx);
                                           }};
// In the exponent only where the base is positive.
TFWASM_GRADIENT kPowGradient{
    "Pow", [](GradientContext& c) {
      const Operand x = c.input(0);
      const Operand y = c.input(1);
      if (c.wants(0)) c.set(0, c.dy() * (y * c.builder().Emit("Pow", {x, y - 1})));
      if (!c.wants(1)) return;
      const Operand is_positive = c.builder().Emit("Greater", {x, Number(c, 0)});
      const Operand base = Select(is_positive, x, Number(c, 1));
      const Operand dy = c.dy() * (c.output() * c.builder().Emit("Log", {base}));
      c.set(1, Select(is_positive, dy, ZerosLike(dy)));
    }};
TFWASM_GRADIENT kAtan2Gradient{"Atan2", [](GradientContext& c) {
                                 const Operand y = c.input(0);
                                 const Operand x = c.input(1);
                                 const Operand scaled = c.dy() / (x * x + y * y);
                                 if (c.wants(0)) c.set(0, scaled * x);
                                 if (c.wants(1)) c.set(1, -scaled * y);
                               }};
// 0 where x is 0.
TFWASM_GRADIENT kXdivyGradient{"Xdivy", [](GradientContext& c) {
                                 const Operand x = c.input(0);
                                 const Operand y = c.input(1);
                                 if (c.wants(0))
                                   c.set(0, c.dy() * ZeroWhere(c, "Equal", x, Number(c, 0), 1 / y));
                                 if (c.wants(1))
                                   c.set(1, -c.dy() * c.builder().Emit("Xdivy", {c.output(), y}));
                               }};
TFWASM_GRADIENT kXlogyGradient{"Xlogy", [](GradientContext& c) {
                                 const Operand x = c.input(0);
                                 const Operand y = c.input(1);
                                 const Operand log = c.builder().Emit("Log", {y});
                                 if (c.wants(0))
                                   c.set(0, c.dy() * ZeroWhere(c, "Equal", x, Number(c, 0), log));
                                 if (c.wants(1))
                                   c.set(1, c.dy() * c.builder().Emit("Xdivy", {x, y}));
                               }};

}  // namespace tfwasm
