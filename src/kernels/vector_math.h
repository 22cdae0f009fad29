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
  const float shifted = x * kLog2e + kRound;
  const float n = shifted - kRound;
  return {std::bit_cast<uint32_t>(shifted), (x - n * kLn2High) - n * kLn2Low};
}

// exp(x) - 1 for |x| <= ln 2 / 2. Coefficients: Cephes expf.
inline float Expm1Near0(float x) {
  float p = 1.9875691500e-4f;
  p = p * x + 1.3981999507e-3f;
  p = p * x + 8.3334519073e-3f;
  p = p * x + 4.1665795894e-2f;
  p = p * x + 1.6666665459e-1f;
  p = p * x + 5.0000001201e-1f;
  return p * (x * x) + x;
}

// The float whose exponent, with its bias, is given by the lowest bits.
inline float FromExponent(uint32_t exponent) { return std::bit_cast<float>(exponent << 23); }

inline float Exp(float x) {
  const float low = x < -104.0f ? -104.0f : x;
  const Ln2Reduction r = ReduceByLn2<2 * 127>(low > 89.0f ? 89.0f : low);
  // In two factors, since 2^n alone would leave the range of normal numbers.
  const uint32_t half = r.n >> 1;
  return (Expm1Near0(r.rest) + 1.0f) * FromExponent(half) * FromExponent(r.n - half);
}

// exp(x) for x <= 0, and 0 in place of denormal results.
inline float ExpOfNegative(float x) {
  constexpr float kLeast = -87.336f;  // its exponential is hardly above the least normal number
  const Ln2Reduction r = ReduceByLn2<127>(x);
  const float e = (Expm1Near0(r.rest) + 1.0f) * FromExponent(r.n);
  return x < kLeast ? 0.0f : e;
}

// The constants of functions that have just as many as processors have registers. From memory a
// compiler reads them once before a loop; those in the code engines make anew for every block.
struct ExpConstants {
  float low;
  float high;
  float log2e = kLog2e;
  float ln2_high = kLn2High;
  float ln2_low = kLn2Low;
  // 1.5 * 2^23 and the bias of an exponent.
  float round;
  float scale;
  float coefficients[6];

  float Polynomial(float x) const {
    float p = coefficients[0];
    p = p * x + coefficients[1];
    p = p * x + coefficients[2];
    p = p * x + coefficients[3];
    p = p * x + coefficients[4];
    return p * x + coefficients[5];
  }
};

// The bit of the sign, from memory for the same reason.
extern const uint32_t kSignBit;

inline float Abs(float x) { return std::bit_cast<float>(std::bit_cast<uint32_t>(x) & ~kSignBit); }
inline float Neg(float x) { return std::bit_cast<float>(std::bit_cast<uint32_t>(x) ^ kSignBit); }

extern const ExpConstants kEluConstants;
extern const ExpConstants kSigmoidConstants;

// Of x and exp(x) - 1 that which is not 0, however large x is.
inline float Elu(float x) {
  const ExpConstants& k = kEluConstants;
  const float negative = x > 0.0f ? 0.0f : x;
  const float positive = x < 0.0f ? 0.0f : x;
  const float within = negative < k.low ? k.low : negative;
  const float shifted = within * k.log2e + k.round;
  const float n = shifted - k.round;
  const float rest = (within - n * k.ln2_high) - n * k.ln2_low;
  const float p = k.Polynomial(rest);
  const float expm1 = p * (rest * rest) + rest;
  const float scale = FromExponent(std::bit_cast<uint32_t>(shifted));
  const float result = expm1 * scale + (scale - k.scale);
  // Keeps -0, which a sum would not.
  return std::bit_cast<float>(std::bit_cast<uint32_t>(result) | std::bit_cast<uint32_t>(positive));
}

inline float Sigmoid(float x) {
  // exp(-x) * k.scale, so that its exponent is that of a normal number, and -rest.
  const ExpConstants& k = kSigmoidConstants;
  const float low = x < k.low ? k.low : x;
  const float within = low > k.high ? k.high : low;
  const float shifted = k.round - within * k.log2e;
  const float n = shifted - k.round;
  const float rest = (within + n * k.ln2_high) + n * k.ln2_low;
  const float p = k.Polynomial(rest);
  // Division comes last: a result that is not normal is rounded once.
  return k.scale / (k.scale + p * FromExponent(std::bit_cast<uint32_t>(shifted)));
}

// Coefficients near 0: Cephes tanhf.
inline float Tanh(float x) {
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float near = std::copysign(p * z * x + x, x);  // keeps -0
  const float magnitude = std::fabs(x);
  const float far = std::copysign(1.0f - 2.0f / (Exp(2.0f * magnitude) + 1.0f), x);
  return magnitude < 0.625f ? near : far;
}

// Coefficients: Cephes logf.
inline float Log(float x) {
  constexpr float kMinNormal = std::numeric_limits<float>::min();
  const bool denormal = x < kMinNormal;
  const uint32_t bits = std::bit_cast<uint32_t>(denormal ? x * 8388608.0f : x);
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)).
  const int32_t e = static_cast<int32_t>(bits - 0x3f3504f3u) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<uint32_t>(e) << 23)) - 1.0f;
  const float exponent = static_cast<float>(e) - (denormal ? 23.0f : 0.0f);
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float square = m * m;
  const float tail = (p * m * square + exponent * kLn2Low) - 0.5f * square;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float result = (m + tail) + exponent * kLn2High;
  result = x == kInfinity ? kInfinity : result;
  result = x == 0.0f ? -kInfinity : result;
  // Also catches NaN.
  return x >= 0.0f ? result : std::numeric_limits<float>::quiet_NaN();
}

inline float Log1p(float x) {
  const float sum = 1.0f + x;
  // Puts back what rounding took from 1 + x.
  const float rest = ((sum - 1.0f) - x) / sum;
  const float log = Log(sum);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float result = sum > 0.0f && sum < kInfinity ? log - rest : log;
  return x == 0.0f ? x : result;
}

// log(1 + exp(x)) without overflow.
inline float Softplus(float x) {
  const float e = Exp(-std::fabs(x));
  const float sum = 1.0f + e;
  // Puts back what rounding took from 1 + e.
  const float log1p = Log(sum) - ((sum - 1.0f) - e) / sum;
  return (x > 0.0f ? x : 0.0f) + log1p;
}

// Within 6e-7 of the value, relatively.
inline float Erf(float x) {
  const float z = x * x;
  // The Taylor series, for |x| < 0.5.
  float series = 1.0f / 9360.0f;
  series = series * z - 1.0f / 1320.0f;
  series = series * z + 1.0f / 216.0f;
  series = series * z - 1.0f / 42.0f;
  series = series * z + 1.0f / 10.0f;
  series = series * z - 1.0f / 3.0f;
  series = series * z + 1.0f;
  constexpr float kTwoOverSqrtPi = 1.12837917f;
  // Abramowitz and Stegun, 7.1.26, for the rest.
  const float magnitude = std::fabs(x);
  const float t = 1.0f / (1.0f + 0.3275911f * magnitude);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float far = std::copysign(1.0f - p * t * Exp(-z), x);
  return magnitude < 0.5f ? kTwoOverSqrtPi * x * series : far;
}

}  // namespace tfwasm::vector_math
