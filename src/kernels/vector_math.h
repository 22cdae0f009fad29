// SPDX-License-Identifier: Apache-2.0
// Elementary functions without branches or tables, so that loops over them are vectorized. All are
// within 4 ulp unless stated otherwise, and treat NaN, infinities, signed zeros and denormals like
// the C library.
//
// The largest are marked as always inline: a call would load their constants every time.
//
// T is a float or a vector of floats. The compiler emits the fused multiply-add of relaxed SIMD
// only for explicit vectors.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/simd.h"

namespace tfwasm::vector_math {

// A constant in memory whose value the compiler cannot see, so that a loop loads it once. Engines
// materialize a vector constant in the code again at every use, which takes half the time of an
// exponential in Chromium 156.
template <auto kValue>
[[gnu::weak]] extern const decltype(kValue) kStored;
template <auto kValue>
[[gnu::weak]] const decltype(kValue) kStored = kValue;

// A polynomial; the coefficient of the highest power comes first.
template <auto kFirst, auto... kRest, typename T>
T Polynomial(T x) {
  auto p = All<T>(kStored<kFirst>);
  ((p = MultiplyAdd(p, x, All<T>(kStored<kRest>))), ...);
  return p;
}

// The same as two independent polynomials in x^2, for the even and the odd coefficients. Faster
// where registers suffice, since the two do not wait for each other.
template <auto... kCoefficients, typename T>
T SplitPolynomial(T x) {
  constexpr size_t kCount = sizeof...(kCoefficients);
  const T square = x * x;
  T sums[2];
  size_t i = 0;
  const auto add = [&](T coefficient) {
    T& sum = sums[i % 2];
    sum = i < 2 ? coefficient : MultiplyAdd(sum, square, coefficient);
    ++i;
  };
  (add(All<T>(kStored<kCoefficients>)), ...);
  return MultiplyAdd(sums[kCount % 2], x, sums[1 - kCount % 2]);
}

// The bits of a T.
template <typename T>
using BitsOf = std::conditional_t<std::is_same_v<T, float>, uint32_t, VectorOf<uint32_t>>;
template <typename T>
BitsOf<T> ToBits(T x) {
  return std::bit_cast<BitsOf<T>>(x);
}
inline float FromBits(uint32_t bits) { return std::bit_cast<float>(bits); }
inline VectorOf<float> FromBits(VectorOf<uint32_t> bits) {
  return std::bit_cast<VectorOf<float>>(bits);
}

inline int32_t ToSigned(uint32_t bits) { return static_cast<int32_t>(bits); }
inline VectorOf<int32_t> ToSigned(VectorOf<uint32_t> bits) {
  return std::bit_cast<VectorOf<int32_t>>(bits);
}
inline uint32_t ToUnsigned(int32_t number) { return static_cast<uint32_t>(number); }
inline VectorOf<uint32_t> ToUnsigned(VectorOf<int32_t> numbers) {
  return std::bit_cast<VectorOf<uint32_t>>(numbers);
}
inline float ToFloat(int32_t number) { return static_cast<float>(number); }
inline VectorOf<float> ToFloat(VectorOf<int32_t> numbers) {
  return __builtin_convertvector(numbers, VectorOf<float>);
}

template <typename T>
T Abs(T x) {
  return FromBits(ToBits(x) & kStored<0x7fffffffu>);
}
template <typename T>
T Neg(T x) {
  return FromBits(ToBits(x) ^ kStored<0x80000000u>);
}
// std::copysign has no vector version.
template <typename T>
T CopySign(T magnitude, T sign) {
  return FromBits(ToBits(Abs(magnitude)) | (ToBits(sign) & kStored<0x80000000u>));
}

// Clamps to [low, high]. NaN stays NaN.
template <typename T>
T Within(T x, float low, float high) {
  const T raised = x < low ? All<T>(low) : x;
  return raised > high ? All<T>(high) : raised;
}

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// ln 2 in two parts (Cody and Waite). Products of the first part and small integers are exact.
inline constexpr float kLn2High = 0.693359375f;
inline constexpr float kLn2Low = -2.12194440e-4f;
inline constexpr float kLog2e = 1.44269504f;

// x as n * ln 2 + rest with |rest| <= ln 2 / 2.
template <typename T>
struct Ln2Reduction {
  BitsOf<T> n;
  T rest;
};

// Adds `kBias` to n. Only the lowest nine bits of n count: the rest is shifted out when n becomes
// an exponent.
template <int kBias, typename T>
Ln2Reduction<T> ReduceByLn2(T x) {
  // Adding 1.5 * 2^23 rounds to an integer, which is then in the low bits. Unlike a conversion,
  // this is defined for NaN.
  constexpr float kRound = 12582912.0f + kBias;
  const T shifted = MultiplyAdd(x, All<T>(kStored<kLog2e>), All<T>(kStored<kRound>));
  const T n = shifted - kStored<kRound>;
  const T high = MultiplyAdd(n, All<T>(kStored<-kLn2High>), x);
  return {ToBits(shifted), MultiplyAdd(n, All<T>(kStored<-kLn2Low>), high)};
}

// exp(x) - 1 for |x| <= ln 2 / 2. Coefficients: Cephes expf.
template <typename T>
T Expm1Near0(T x) {
  const T p = SplitPolynomial<1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                              4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f>(x);
  return MultiplyAdd(p, x * x, x);
}

// The float with these low bits as its biased exponent.
template <typename Bits>
auto FromExponent(Bits exponent) {
  return FromBits(exponent << 23);
}

// exp(x) * 2^kExponent, which may be finite if exp(x) is not.
template <int kExponent = 0, typename T>
T Exp(T x) {
  const auto r = ReduceByLn2<2 * 127 + kExponent>(Within(x, kStored<-104.0f>, kStored<90.0f>));
  // Two factors, since 2^n alone could be out of range.
  const auto half = r.n >> 1;
  return (Expm1Near0(r.rest) + kStored<1.0f>)*FromExponent(half) * FromExponent(r.n - half);
}

template <typename T>
T Expm1(T x) {
  // Beyond 25 the result rounds to exp(x), and below -25 to -1.
  const auto r = ReduceByLn2<127>(Within(x, kStored<-25.0f>, kStored<25.0f>));
  const T scale = FromExponent(r.n);
  const T within = MultiplyAdd(Expm1Near0(r.rest), scale, scale - kStored<1.0f>);
  const T result = x > kStored<25.0f> ? Exp(x) : within;
  return x == 0.0f ? x : result;
}

// exp(x) for x <= 0, with 0 instead of denormal results.
template <typename T>
T ExpOfNegative(T x) {
  const auto r = ReduceByLn2<127>(x);
  const T e = (Expm1Near0(r.rest) + kStored<1.0f>)*FromExponent(r.n);
  // Below this the result would be denormal.
  return x < kStored<-87.336f> ? T{} : e;
}

// x if it is positive, however large; else exp(x) - 1.
template <typename T>
T Elu(T x) {
  const T negative = x > 0.0f ? T{} : x;
  const T positive = x < 0.0f ? T{} : x;
  const auto r = ReduceByLn2<127>(negative < kStored<-25.0f> ? All<T>(kStored<-25.0f>) : negative);
  const T scale = FromExponent(r.n);
  const T result = MultiplyAdd(Expm1Near0(r.rest), scale, scale - kStored<1.0f>);
  // An OR keeps -0; a sum would not.
  return FromBits(ToBits(result) | ToBits(positive));
}

template <typename T>
T Sigmoid(T x) {
  // exp(-x) / 2^64, so that the exponent stays normal, and -rest. Above 30, 1 + exp(-x) is 1.
  constexpr float kRound = 12582912.0f + 127 - 64;
  constexpr float kScale = 0x1p-64f;
  const T within = Within(x, kStored<-104.0f>, kStored<30.0f>);
  const T shifted = MultiplyAdd(within, All<T>(kStored<-kLog2e>), All<T>(kStored<kRound>));
  const T n = shifted - kStored<kRound>;
  const T high = MultiplyAdd(n, All<T>(kStored<kLn2High>), within);
  const T rest = MultiplyAdd(n, All<T>(kStored<kLn2Low>), high);
  // exp(-rest) for |rest| <= ln 2 / 2 within 1e-7 (minimax).
  const T p = Polynomial<-8.2894247e-3f, 4.1898530e-2f, -1.66676521e-1f, 4.99991447e-1f,
                         -9.99999702e-1f, 1.0f>(rest);
  // The division comes last, so that a denormal result is rounded once.
  const T sum = MultiplyAdd(p, FromExponent(ToBits(shifted)), All<T>(kStored<kScale>));
  return kStored<kScale> / sum;
}

// With e = exp(2 |x|) - 1, which is precise near 0, too: e / (e + 2).
template <typename T>
T Tanh(T x) {
  const T twice = Abs(x) + Abs(x);
  // Beyond 40 the result rounds to 1.
  const auto r = ReduceByLn2<127>(twice > kStored<40.0f> ? All<T>(kStored<40.0f>) : twice);
  const T scale = FromExponent(r.n);
  const T e = MultiplyAdd(Expm1Near0(r.rest), scale, scale - kStored<1.0f>);
  return CopySign(e / (e + kStored<2.0f>), x);
}

// x = m * 2^exponent with m in [sqrt(1/2), sqrt(2)), for a finite x > 0.
template <typename T>
struct Scientific {
  T m;
  T exponent;
};

template <typename T>
Scientific<T> SplitExponent(T x) {
  constexpr float kLeastNormal = std::numeric_limits<float>::min();
  const T normal = x < kStored<kLeastNormal> ? x * kStored<0x1p23f> : x;
  const BitsOf<T> bits = ToBits(normal);
  const auto exponent = ToSigned(bits - kStored<0x3f3504f3u>) >> 23;
  const T correction = x < kStored<kLeastNormal> ? All<T>(kStored<23.0f>) : T{};
  return {FromBits(bits - (ToUnsigned(exponent) << 23)), ToFloat(exponent) - correction};
}

// Coefficients: Cephes logf.
template <typename T>
T Log(T x) {
  const auto [mantissa, exponent] = SplitExponent(x);
  const T m = mantissa - kStored<1.0f>;
  const T p = SplitPolynomial<7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                              -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                              2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f>(m);
  const T square = m * m;
  const T low = MultiplyAdd(p * m, square, exponent * kStored<kLn2Low>);
  const T tail = MultiplyAdd(square, All<T>(kStored<-0.5f>), low);
  T result = MultiplyAdd(exponent, All<T>(kStored<kLn2High>), m + tail);
  result = x == kStored<kInfinity> ? x : result;
  result = x == 0.0f ? All<T>(kStored<-kInfinity>) : result;
  // Also catches NaN.
  return x >= 0.0f ? result : All<T>(kStored<kNan>);
}

template <typename T>
[[gnu::always_inline]] inline T Log1p(T x) {
  const T sum = kStored<1.0f> + x;
  // Corrects for the rounding of 1 + x.
  const T rest = ((sum - kStored<1.0f>)-x) / sum;
  const T log = Log(sum);
  const T finite = sum < kStored<kInfinity> ? log - rest : log;
  const T result = sum > 0.0f ? finite : log;
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

// log(1 + grown), or log(2 x) for large x, whose square may overflow.
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

// log2 of a finite x > 0 with a relative error below 2^-34.
inline double PreciseLog2(float x) {
  const auto split = SplitExponent(x);
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
  // Adding 1.5 * 2^52 rounds to an integer, which is then in the low bits, with twice the exponent
  // bias.
  constexpr double kRound = 0x1.8p52 + 2 * 127;
  const double shifted = x + kStored<kRound>;
  const double rest = x - (shifted - kStored<kRound>);
  // Interpolated at Chebyshev nodes within 2^-28.
  const double p =
      Polynomial<1.546144469646172e-4, 1.3400428177419153e-3, 9.61805667852609e-3,
                 5.550327226670944e-2, 2.4022650922288827e-1, 6.931472067028321e-1, 1.0>(rest);
  // Converts to float through the integer p * 2^30, since there is no vector conversion from
  // double.
  const auto fixed =
      static_cast<int32_t>(static_cast<uint32_t>(std::bit_cast<uint64_t>(p + kStored<0x1.8p22>)));
  const auto n = static_cast<uint32_t>(std::bit_cast<uint64_t>(shifted));
  const uint32_t half = n >> 1;
  return static_cast<float>(fixed) * kStored<0x1p-30f> * FromExponent(half) *
         FromExponent(n - half);
}

[[gnu::always_inline]] inline float Pow(float x, float y) {
  const float magnitude = Abs(x);
  const double log2 = y * PreciseLog2(magnitude);
  const double low = log2 < kStored<-160.0> ? kStored<-160.0> : log2;
  const float finite = PreciseExp2(low > kStored<160.0> ? kStored<160.0> : low);
  const float infinity = kStored<kInfinity>;
  const bool is_extreme = magnitude == 0.0f || magnitude == infinity;
  const float extreme = (magnitude == 0.0f) == (y < 0.0f) ? infinity : 0.0f;
  // 0 or infinity times 0 is NaN, but x^0 is 1.
  const float one = kStored<1.0f>;
  const float power = is_extreme ? extreme : magnitude == one ? one : finite;
  // All floats from 2^24 on are even integers.
  const float half = kStored<0.5f> * y;
  const bool is_integer = std::trunc(y) == y;
  const bool is_odd = is_integer && std::trunc(half) != half;
  const float with_sign = CopySign(power, is_odd ? x : 0.0f);
  const bool is_nan = x != x || y != y || (!is_integer && x < 0.0f && magnitude != infinity);
  const float result = is_nan ? kStored<kNan> : with_sign;
  return y == 0.0f || x == one ? one : result;
}

// Like std::fmod: the result has the sign of x. The quotient must be below 2^28, and y finite.
inline float ModOfNear(float x, float y) {
  const double a = Abs(x);
  const double b = Abs(y);
  // Both operations are exact. The quotient may have been rounded up to an integer.
  const double rest = a - std::trunc(a / b) * b;
  return CopySign(static_cast<float>(rest < 0 ? rest + b : rest), x);
}

// log(1 + exp(x)) without overflow.
template <typename T>
[[gnu::always_inline]] inline T Softplus(T x) {
  const T e = Exp(Neg(Abs(x)));
  const T sum = kStored<1.0f> + e;
  // Corrects for the rounding of 1 + e.
  const T log1p = Log(sum) - ((sum - kStored<1.0f>)-e) / sum;
  return (x > 0.0f ? x : T{}) + log1p;
}

// Relative error below 6e-7.
template <typename T>
T Erf(T x) {
  const T z = x * x;
  // Taylor series, for |x| < 0.5.
  const T series =
      Polynomial<1.0f / 9360, -1.0f / 1320, 1.0f / 216, -1.0f / 42, 1.0f / 10, -1.0f / 3, 1.0f>(z);
  constexpr float kTwoOverSqrtPi = 1.12837917f;
  // For the rest: Abramowitz and Stegun, 7.1.26.
  const T magnitude = Abs(x);
  const float one = kStored<1.0f>;
  const T t = one / MultiplyAdd(magnitude, All<T>(kStored<0.3275911f>), All<T>(one));
  const T p = Polynomial<1.061405429f, -1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f>(t);
  const T far = CopySign(one - p * t * Exp(Neg(z)), x);
  return magnitude < kStored<0.5f> ? kStored<kTwoOverSqrtPi> * x * series : far;
}

}  // namespace tfwasm::vector_math
