// SPDX-License-Identifier: Apache-2.0
// Elementary functions without branches or tables, so that loops over them become SIMD code.
// All are within 4 units in the last place unless they say otherwise, and treat NaN, infinities,
// signed zeros and denormals as the C library does.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tfwasm::vector_math {

// A constant in memory, of which a compiler knows no more than that it does not change: loops read
// it once. Engines make vectors of constants in the code anew for every use, which takes Chromium
// 156 half of the time of an exponential.
template <auto kValue>
[[gnu::weak]] extern const decltype(kValue) kStored;
template <auto kValue>
[[gnu::weak]] const decltype(kValue) kStored = kValue;

// The polynomial of these coefficients, that of the highest power first.
template <auto kFirst, decltype(kFirst)... kRest>
inline decltype(kFirst) Polynomial(decltype(kFirst) x) {
  auto p = kStored<kFirst>;
  ((p = p * x + kStored<kRest>), ...);
  return p;
}

inline float Abs(float x) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(x) & kStored<0x7fffffffu>);
}
inline float Neg(float x) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(x) ^ kStored<0x80000000u>);
}
// There are no vectors of std::copysign.
inline float CopySign(float magnitude, float sign) {
  const uint32_t sign_bit = std::bit_cast<uint32_t>(sign) & kStored<0x80000000u>;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(Abs(magnitude)) | sign_bit);
}

// Between `low` and `high`; NaN stays NaN.
inline float Within(float x, float low, float high) {
  const float raised = x < low ? low : x;
  return raised > high ? high : raised;
}

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// ln 2 in two parts; multiples of the first by small integers are exact (Cody and Waite).
inline constexpr float kLn2High = 0.693359375f;
inline constexpr float kLn2Low = -2.12194440e-4f;
inline constexpr float kLog2e = 1.44269504f;

// x as n * ln 2 + rest with |rest| <= ln 2 / 2.
struct Ln2Reduction {
  uint32_t n;
  float rest;
};

// Adds `kBias` to n, of which only the lowest nine bits count: what is above them is shifted out
// when n becomes an exponent.
template <int kBias>
Ln2Reduction ReduceByLn2(float x) {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits: unlike a conversion this
  // is defined for NaN.
  constexpr float kRound = 12582912.0f + kBias;
  const float shifted = x * kStored<kLog2e> + kStored<kRound>;
  const float n = shifted - kStored<kRound>;
  return {std::bit_cast<uint32_t>(shifted), (x - n * kStored<kLn2High>)-n * kStored<kLn2Low>};
}

// exp(x) - 1 for |x| <= ln 2 / 2. Coefficients: Cephes expf.
inline float Expm1Near0(float x) {
  const float p = Polynomial<1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                             1.6666665459e-1f, 5.0000001201e-1f>(x);
  return p * (x * x) + x;
}

// The float whose exponent, with its bias, is given by the lowest bits.
inline float FromExponent(uint32_t exponent) { return std::bit_cast<float>(exponent << 23); }

// exp(x) * 2^kExponent, which may be finite where exp(x) is not.
template <int kExponent = 0>
float Exp(float x) {
  const auto r = ReduceByLn2<2 * 127 + kExponent>(Within(x, kStored<-104.0f>, kStored<90.0f>));
  // In two factors, since 2^n alone would leave the range of normal numbers.
  const uint32_t half = r.n >> 1;
  return (Expm1Near0(r.rest) + kStored<1.0f>)*FromExponent(half) * FromExponent(r.n - half);
}

inline float Expm1(float x) {
  // exp(25) is more than 2^24 times 1, and exp(-25) less than 1 by as much.
  const auto r = ReduceByLn2<127>(Within(x, kStored<-25.0f>, kStored<25.0f>));
  const float scale = FromExponent(r.n);
  const float within = Expm1Near0(r.rest) * scale + (scale - kStored<1.0f>);
  return x == 0.0f ? x : x > kStored<25.0f> ? Exp(x) : within;
}

// exp(x) for x <= 0, and 0 in place of denormal results.
inline float ExpOfNegative(float x) {
  const auto r = ReduceByLn2<127>(x);
  const float e = (Expm1Near0(r.rest) + kStored<1.0f>)*FromExponent(r.n);
  // Whose exponential is hardly above the least normal number.
  return x < kStored<-87.336f> ? 0.0f : e;
}

// Of x and exp(x) - 1 that which is not 0, however large x is.
inline float Elu(float x) {
  const float negative = x > 0.0f ? 0.0f : x;
  const float positive = x < 0.0f ? 0.0f : x;
  const auto r = ReduceByLn2<127>(negative < kStored<-25.0f> ? kStored<-25.0f> : negative);
  const float scale = FromExponent(r.n);
  const float result = Expm1Near0(r.rest) * scale + (scale - kStored<1.0f>);
  // Keeps -0, which a sum would not.
  return std::bit_cast<float>(std::bit_cast<uint32_t>(result) | std::bit_cast<uint32_t>(positive));
}

inline float Sigmoid(float x) {
  // exp(-x) / 2^64, so that its exponent is that of a normal number, and -rest. Above 30,
  // 1 + exp(-x) is 1.
  constexpr float kRound = 12582912.0f + 127 - 64;
  constexpr float kScale = 0x1p-64f;
  const float within = Within(x, kStored<-104.0f>, kStored<30.0f>);
  const float shifted = kStored<kRound> - within * kStored<kLog2e>;
  const float n = shifted - kStored<kRound>;
  const float rest = (within + n * kStored<kLn2High>)+n * kStored<kLn2Low>;
  // exp(-rest) for |rest| <= ln 2 / 2 within 1e-7, minimax.
  const float p = Polynomial<-8.2894247e-3f, 4.1898530e-2f, -1.66676521e-1f, 4.99991447e-1f,
                             -9.99999702e-1f, 1.0f>(rest);
  // Division comes last: a result that is not normal is rounded once.
  return kStored<kScale> / (kStored<kScale> + p * FromExponent(std::bit_cast<uint32_t>(shifted)));
}

// Coefficients near 0: Cephes tanhf.
inline float Tanh(float x) {
  const float z = x * x;
  const float p = Polynomial<-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                             1.33314422036e-1f, -3.33332819422e-1f>(z);
  const float near = CopySign(p * z * x + x, x);  // keeps -0
  const float magnitude = Abs(x);
  const float one = kStored<1.0f>;
  const float far = CopySign(one - kStored<2.0f> / (Exp(magnitude + magnitude) + one), x);
  return magnitude < kStored<0.625f> ? near : far;
}

// x = m * 2^exponent with m in [sqrt(1/2), sqrt(2)), for a finite x > 0.
struct Scientific {
  float m;
  int32_t exponent;
};

inline Scientific SplitExponent(float x) {
  const bool denormal = x < kStored<std::numeric_limits<float>::min()>;
  const uint32_t bits = std::bit_cast<uint32_t>(denormal ? x * kStored<0x1p23f> : x);
  const auto exponent = static_cast<int32_t>(bits - kStored<0x3f3504f3u>) >> 23;
  return {std::bit_cast<float>(bits - (static_cast<uint32_t>(exponent) << 23)),
          exponent - (denormal ? 23 : 0)};
}

// Coefficients: Cephes logf.
inline float Log(float x) {
  const Scientific split = SplitExponent(x);
  const float m = split.m - kStored<1.0f>;
  const auto exponent = static_cast<float>(split.exponent);
  const float p = Polynomial<7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                             -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                             2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f>(m);
  const float square = m * m;
  const float tail = (p * m * square + exponent * kStored<kLn2Low>)-kStored<0.5f> * square;
  float result = (m + tail) + exponent * kStored<kLn2High>;
  result = x == kStored<kInfinity> ? x : result;
  result = x == 0.0f ? kStored<-kInfinity> : result;
  // Also catches NaN.
  return x >= 0.0f ? result : kStored<kNan>;
}

inline float Log1p(float x) {
  const float sum = kStored<1.0f> + x;
  // Puts back what rounding took from 1 + x.
  const float rest = ((sum - kStored<1.0f>)-x) / sum;
  const float log = Log(sum);
  const float result = sum > 0.0f && sum < kStored<kInfinity> ? log - rest : log;
  return x == 0.0f ? x : result;
}

// Coefficients near 0: Cephes sinhf.
inline float Sinh(float x) {
  const float z = x * x;
  const float p = Polynomial<2.03721912945e-4f, 8.33028376239e-3f, 1.66667160211e-1f>(z);
  const float magnitude = Abs(x);
  const float half = Exp<-1>(magnitude);
  const float far = CopySign(half - kStored<0.25f> / half, x);
  return magnitude < kStored<1.0f> ? p * z * x + x : far;
}

inline float Cosh(float x) {
  const float half = Exp<-1>(Abs(x));
  return half + kStored<0.25f> / half;
}

// log(1 + x), and for large x, whose square may be infinite, the logarithm of 2 x.
inline float LogOfGrown(float x, float grown) {
  const bool large = x > kStored<1e10f>;
  return Log1p(large ? x : grown) + (large ? kStored<0.69314718f> : 0.0f);
}

inline float Asinh(float x) {
  const float magnitude = Abs(x);
  const float square = magnitude * magnitude;
  const float one = kStored<1.0f>;
  const float grown = magnitude + square / (one + std::sqrt(one + square));
  return CopySign(LogOfGrown(magnitude, grown), x);
}

inline float Acosh(float x) {
  const float more = x - kStored<1.0f>;
  const float log = LogOfGrown(x, more + std::sqrt(more + more + more * more));
  return x < kStored<1.0f> ? kStored<kNan> : log;
}

inline float Atanh(float x) {
  const float magnitude = Abs(x);
  const float ratio = (magnitude + magnitude) / (kStored<1.0f> - magnitude);
  return CopySign(kStored<0.5f> * Log1p(ratio), x);
}

// log2 of a finite x > 0 within 2^-34, relatively.
inline double PreciseLog2(float x) {
  const Scientific split = SplitExponent(x);
  const double m = split.m;
  // log(m) = 2 atanh((m - 1) / (m + 1)); interpolated at Chebyshev nodes.
  const double s = (m - kStored<1.0>) / (m + kStored<1.0>);
  const double z = s * s;
  const double p =
      Polynomial<0.11665290967057108, 0.14275408299924291, 0.2000006093848572, 0.33333333277225824>(
          z);
  constexpr double kTwoOverLn2 = 2.88539008177792681472;
  return split.exponent + (p * z * s + s) * kStored<kTwoOverLn2>;
}

// 2^x as a float, for |x| <= 160.
inline float PreciseExp2(double x) {
  // Adding 1.5 * 2^52 rounds to an integer and leaves it, with twice the bias of exponents, in the
  // low bits.
  constexpr double kRound = 0x1.8p52 + 2 * 127;
  const double shifted = x + kStored<kRound>;
  const double rest = x - (shifted - kStored<kRound>);
  // Interpolated at Chebyshev nodes within 2^-28.
  const double p =
      Polynomial<1.546144469646172e-4, 1.3400428177419153e-3, 9.61805667852609e-3,
                 5.550327226670944e-2, 2.4022650922288827e-1, 6.931472067028321e-1, 1.0>(rest);
  // To float by way of an integer, p * 2^30, since there are no vectors of such conversions.
  const auto fixed =
      static_cast<int32_t>(static_cast<uint32_t>(std::bit_cast<uint64_t>(p + kStored<0x1.8p22>)));
  const auto n = static_cast<uint32_t>(std::bit_cast<uint64_t>(shifted));
  const uint32_t half = n >> 1;
  return static_cast<float>(fixed) * kStored<0x1p-30f> * FromExponent(half) *
         FromExponent(n - half);
}

// So large that it would be called, which no vector can.
[[gnu::always_inline]] inline float Pow(float x, float y) {
  const float magnitude = Abs(x);
  const double log2 = y * PreciseLog2(magnitude);
  const double low = log2 < kStored<-160.0> ? kStored<-160.0> : log2;
  const float finite = PreciseExp2(low > kStored<160.0> ? kStored<160.0> : low);
  const float infinity = kStored<kInfinity>;
  const bool is_extreme = magnitude == 0.0f || magnitude == infinity;
  const float extreme = (magnitude == 0.0f) == (y < 0.0f) ? infinity : 0.0f;
  // 0 or infinity times 0 is no number, but its power is 1.
  const float one = kStored<1.0f>;
  const float power = is_extreme ? extreme : magnitude == one ? one : finite;
  // Integers from 2^24 on are even.
  const float half = kStored<0.5f> * y;
  const bool is_integer = std::trunc(y) == y;
  const bool is_odd = is_integer && std::trunc(half) != half;
  const float with_sign = CopySign(power, is_odd ? x : 0.0f);
  const bool is_nan = x != x || y != y || (!is_integer && x < 0.0f && magnitude != infinity);
  const float result = is_nan ? kStored<kNan> : with_sign;
  return y == 0.0f || x == one ? one : result;
}

// Of the sign of x, as std::fmod. The quotient must be below 2^28, and y finite.
inline float ModOfNear(float x, float y) {
  const double a = Abs(x);
  const double b = Abs(y);
  // Both exact; the quotient may have been rounded up to an integer.
  const double rest = a - std::trunc(a / b) * b;
  return CopySign(static_cast<float>(rest < 0 ? rest + b : rest), x);
}

// log(1 + exp(x)) without overflow.
inline float Softplus(float x) {
  const float e = Exp(Neg(Abs(x)));
  const float sum = kStored<1.0f> + e;
  // Puts back what rounding took from 1 + e.
  const float log1p = Log(sum) - ((sum - kStored<1.0f>)-e) / sum;
  return (x > 0.0f ? x : 0.0f) + log1p;
}

// Within 6e-7 of the value, relatively.
inline float Erf(float x) {
  const float z = x * x;
  // The Taylor series, for |x| < 0.5.
  const float series =
      Polynomial<1.0f / 9360, -1.0f / 1320, 1.0f / 216, -1.0f / 42, 1.0f / 10, -1.0f / 3, 1.0f>(z);
  constexpr float kTwoOverSqrtPi = 1.12837917f;
  // Abramowitz and Stegun, 7.1.26, for the rest.
  const float magnitude = Abs(x);
  const float one = kStored<1.0f>;
  const float t = one / (one + kStored<0.3275911f> * magnitude);
  const float p =
      Polynomial<1.061405429f, -1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f>(t);
  const float far = CopySign(one - p * t * Exp(Neg(z)), x);
  return magnitude < kStored<0.5f> ? kStored<kTwoOverSqrtPi> * x * series : far;
}

}  // namespace tfwasm::vector_math
