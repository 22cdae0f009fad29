// SPDX-License-Identifier: Apache-2.0
// Sine, cosine and tangent in double precision. The C library's versions bring 3 KB of tables for
// angles that no float can represent.
#pragma once

namespace tfwasm {

// An angle as a multiple of pi / 2 and a remainder.
struct ReducedAngle {
  int quadrant;  // 0 to 3
  double rest;   // from -pi / 4 to pi / 4, in radians
};

// Angles beyond a million right angles are first rounded to float.
ReducedAngle ReduceAngle(double radians);

// Accurate to about 1e-16. NaN if not finite.
double Sine(ReducedAngle angle);
double Cosine(ReducedAngle angle);

inline double Sine(double radians) { return Sine(ReduceAngle(radians)); }
inline double Cosine(double radians) { return Cosine(ReduceAngle(radians)); }
double Tangent(double radians);

}  // namespace tfwasm
