// SPDX-License-Identifier: Apache-2.0
// Vectorizable trigonometric functions, as precise as those of vector_math.h.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/trigonometry.h"
#include "kernels/vector_math.h"

namespace tfwasm::vector_math {

inline constexpr float kHalfPi = 1.57079633f;
inline constexpr float kPi = 3.14159265f;

// An angle as a multiple of pi / 2, of which only the lowest two bits count, and a remainder.
struct NearAngle {
  uint32_t quadrant;
  float rest;  // from -pi / 4 to pi / 4, in radians
};

// The largest angle that the vectorized functions support, in radians.
inline constexpr float kMostRadians = 1e6f;

inline bool IsFar(float radians) { return !(Abs(radians) <= kStored<kMostRadians>); }

inline NearAngle ReduceNear(float radians) {
  // Adding 1.5 * 2^52 rounds to an integer, which is then in the low bits.
  constexpr double kRound = 0x1.8p52;
  constexpr double kRightAnglesPerRadian = 0.63661977236758134308;
  // pi / 2 in two parts (Cody and Waite). Products of the first part and these multiples are exact.
  constexpr double kHigh = 1.57079632673412561417;
  constexpr double kLow = 6.07710050650619224932e-11;
  const double shifted = radians * kStored<kRightAnglesPerRadian> + kStored<kRound>;
  const double n = shifted - kStored<kRound>;
  return {static_cast<uint32_t>(std::bit_cast<uint64_t>(shifted)),
          static_cast<float>((radians - n * kStored<kHigh>)-n * kStored<kLow>)};
}

// For |x| <= pi / 4. Coefficients: Cephes sinf, cosf and tanf.
inline float SinNear0(float x) {
  const float z = x * x;
  return Polynomial<-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f>(z) * z * x + x;
}

inline float CosNear0(float x) {
  const float z = x * x;
  const float p =
      Polynomial<2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f>(z);
  return p * z * z - kStored<0.5f> * z + kStored<1.0f>;
}

inline float TanNear0(float x) {
  const float z = x * x;
  const float p = Polynomial<9.38540185543e-3f, 3.11992232697e-3f, 2.44301354525e-2f,
                             5.34112807005e-2f, 1.33387994085e-1f, 3.33331568548e-1f>(z);
  return p * z * x + x;
}

inline float SinOf(NearAngle angle) {
  const float value = (angle.quadrant & 1) != 0 ? CosNear0(angle.rest) : SinNear0(angle.rest);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(value) ^ (angle.quadrant & 2) << 30);
}

// Function objects with a slow path for large angles, see HasRareCases in map_elements.h.

struct Sin {
  float operator()(float x) const {
    const float sine = SinOf(ReduceNear(x));
    return x == 0.0f ? x : sine;  // keeps -0
  }
  static bool IsRare(float x) { return IsFar(x); }
  static float OfRare(float x) { return static_cast<float>(Sine(x)); }
};

struct Cos {
  float operator()(float x) const {
    const NearAngle angle = ReduceNear(x);
    return SinOf({angle.quadrant + 1, angle.rest});
  }
  static bool IsRare(float x) { return IsFar(x); }
  static float OfRare(float x) { return static_cast<float>(Cosine(x)); }
};

struct Tan {
  float operator()(float x) const {
    const NearAngle angle = ReduceNear(x);
    const float tangent = TanNear0(angle.rest);
    const float value = (angle.quadrant & 1) != 0 ? kStored<-1.0f> / tangent : tangent;
    return x == 0.0f ? x : value;
  }
  static bool IsRare(float x) { return IsFar(x); }
  static float OfRare(float x) { return static_cast<float>(Tangent(x)); }
};

// The angle of (x, y) for y <= x, that is up to pi / 4. Both are at least 0, and not both are 0 or
// infinite. Coefficients: Cephes atanf.
inline float HalfQuadrantAngle(float y, float x) {
  constexpr float kTanOfPi8 = 0.41421356f;
  const bool steep = y > kStored<kTanOfPi8> * x;
  const float t = (steep ? y - x : y) / (steep ? y + x : x);
  const float z = t * t;
  const float p =
      Polynomial<8.05374449538e-2f, -1.38776856032e-1f, 1.99777106478e-1f, -3.33329491539e-1f>(z);
  return (p * z * t + t) + (steep ? kStored<kHalfPi / 2> : 0.0f);
}

inline float Atan(float x) {
  const float magnitude = Abs(x);
  const float one = kStored<1.0f>;
  const bool inverted = magnitude > one;
  const float angle = HalfQuadrantAngle(inverted ? one : magnitude, inverted ? magnitude : one);
  return CopySign(inverted ? kStored<kHalfPi> - angle : angle, x);
}

inline float Atan2(float y, float x) {
  const float a = Abs(y);
  const float b = Abs(x);
  const bool inverted = a > b;
  const float small = inverted ? b : a;
  const float large = inverted ? a : b;
  // Scaled so that their sum does not overflow. Equal values may be 0 or infinite and need a ratio
  // too.
  const float one = kStored<1.0f>;
  const float scale = large > kStored<1e38f> ? kStored<0.25f> : one;
  const bool equal = small == large;
  const float ratio_of_equal = large == 0.0f ? 0.0f : one;
  const float angle =
      HalfQuadrantAngle(equal ? ratio_of_equal : small * scale, equal ? one : large * scale);
  const float acute = inverted ? kStored<kHalfPi> - angle : angle;
  const bool is_left = std::bit_cast<int32_t>(x) < 0;
  const float result = CopySign(is_left ? kStored<kPi> - acute : acute, y);
  return x != x || y != y ? x + y : result;
}

// asin(x) for 0 <= x <= 1/2. Coefficients: Cephes asinf.
inline float AsinNear0(float x, float square) {
  const float p = Polynomial<4.2163199048e-2f, 2.4181311049e-2f, 4.5470025998e-2f, 7.4953002686e-2f,
                             1.6666752422e-1f>(square);
  return p * square * x + x;
}

// asin(|x|), or pi / 2 - asin(|x|) if |x| is above 1/2.
struct AsinParts {
  bool is_far;
  float angle;
};

inline AsinParts SplitAsin(float x) {
  const float magnitude = Abs(x);
  const float half = kStored<0.5f>;
  const bool is_far = magnitude > half;
  const float square = is_far ? half * (kStored<1.0f> - magnitude) : magnitude * magnitude;
  const float angle = AsinNear0(is_far ? std::sqrt(square) : magnitude, square);
  return {is_far, is_far ? angle + angle : angle};
}

inline float Asin(float x) {
  const AsinParts parts = SplitAsin(x);
  return CopySign(parts.is_far ? kStored<kHalfPi> - parts.angle : parts.angle, x);
}

inline float Acos(float x) {
  const AsinParts parts = SplitAsin(x);
  const float far = x < 0.0f ? kStored<kPi> - parts.angle : parts.angle;
  const float near = kStored<kHalfPi> - CopySign(parts.angle, x);
  return parts.is_far ? far : near;
}

}  // namespace tfwasm::vector_math
