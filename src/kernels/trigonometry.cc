// SPDX-License-Identifier: Apache-2.0
#include "kernels/trigonometry.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tfwasm {

namespace {

constexpr double kHalfPi = 1.57079632679489661923;
constexpr double kMostRightAngles = 1 << 20;

// The binary digits of 2 / pi, after 32 zeros.
constexpr uint32_t kTwoOverPi[] = {0,          0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                   0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561};

// 32 digits of the table, from digit `first` on.
uint32_t Digits(uint32_t first) {
  const uint32_t* word = kTwoOverPi + first / 32;
  const uint32_t shift = first % 32;
  return shift == 0 ? word[0] : word[0] << shift | word[1] >> (32 - shift);
}

// Payne and Hanek, "Radian Reduction for Trigonometric Functions", 1983. The angle is m * 2^e.
// Skips the digits of 2 / pi whose product with m * 2^e is a multiple of a whole turn, and uses the
// next 128. The first two digits of their product with m are the quadrant.
ReducedAngle ReduceLarge(float radians) {
  const auto bits = std::bit_cast<uint32_t>(std::fabs(radians));
  const uint64_t m = (bits & 0x7fffff) | 0x800000;
  // e is (bits >> 23) - 150. Digit 32 of the table is the digit for 1/2.
  const uint32_t first = (bits >> 23) - 150 + 30;
  uint32_t product[4];
  uint64_t carry = 0;
  for (uint32_t i = 4; i-- > 0;) {
    carry += m * Digits(first + 32 * i);
    product[i] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  const uint64_t high = uint64_t{product[0]} << 32 | product[1];
  const uint64_t low = uint64_t{product[2]} << 32 | product[3];
  const uint64_t nearest = (high + (uint64_t{1} << 61)) >> 62;
  const auto fraction = static_cast<int64_t>(high - (nearest << 62));
  const double rest =
      (static_cast<double>(fraction) * 0x1p-62 + static_cast<double>(low) * 0x1p-126) * kHalfPi;
  const auto quadrant = static_cast<int>(nearest & 3);
  if (radians < 0) return {-quadrant & 3, -rest};
  return {quadrant, rest};
}

// For |x| <= pi / 4. Coefficients of both: FreeBSD's k_sin.c and k_cos.c.
double SineNear0(double x) {
  const double z = x * x;
  double p = 1.58969099521155010221e-10;
  p = p * z - 2.50507602534068634195e-08;
  p = p * z + 2.75573137070700676789e-06;
  p = p * z - 1.98412698298579493134e-04;
  p = p * z + 8.33333333332248946124e-03;
  p = p * z - 1.66666666666666324348e-01;
  return x * (1 + z * p);
}

double CosineNear0(double x) {
  const double z = x * x;
  double p = -1.13596475577881948265e-11;
  p = p * z + 2.08757232129817482790e-09;
  p = p * z - 2.75573143513906633035e-07;
  p = p * z + 2.48015872894767294178e-05;
  p = p * z - 1.38888888888741095749e-03;
  p = p * z + 4.16666666666666019037e-02;
  return 1 - (0.5 * z - z * z * p);
}

}  // namespace

ReducedAngle ReduceAngle(double radians) {
  // Adding 1.5 * 2^52 rounds to an integer, which is then in the low bits.
  constexpr double kRound = 0x1.8p52;
  const double shifted = radians * (1 / kHalfPi) + kRound;
  const double n = shifted - kRound;
  if (std::fabs(n) < kMostRightAngles) {
    // pi / 2 in two parts (Cody and Waite). Products of the first part and these multiples are
    // exact.
    constexpr double kHigh = 1.57079632673412561417;
    constexpr double kLow = 6.07710050650619224932e-11;
    return {static_cast<int>(std::bit_cast<uint64_t>(shifted) & 3),
            (radians - n * kHigh) - n * kLow};
  }
  const auto rounded = static_cast<float>(radians);
  if (!std::isfinite(rounded)) return {0, std::numeric_limits<double>::quiet_NaN()};
  return ReduceLarge(rounded);
}

double Sine(ReducedAngle angle) {
  const double value = (angle.quadrant & 1) != 0 ? CosineNear0(angle.rest) : SineNear0(angle.rest);
  return (angle.quadrant & 2) != 0 ? -value : value;
}

double Cosine(ReducedAngle angle) { return Sine({(angle.quadrant + 1) & 3, angle.rest}); }

double Tangent(double radians) {
  const ReducedAngle angle = ReduceAngle(radians);
  const double sine = SineNear0(angle.rest);
  const double cosine = CosineNear0(angle.rest);
  return (angle.quadrant & 1) != 0 ? -cosine / sine : sine / cosine;
}

}  // namespace tfwasm
