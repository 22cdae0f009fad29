// SPDX-License-Identifier: Apache-2.0
// Sine, cosine and tangent by way of double precision. The C library's come with tables of 3 KB for
// angles that no float can hold.
#pragma once

namespace tfwasm {

// An angle as a multiple of a right angle and a rest.
struct ReducedAngle {
  int quadrant;  // 0 to 3
  double rest;   // from -pi / 4 to pi / 4, in radians
};

// Angles beyond a million right angles are rounded to float first.
ReducedAngle ReduceAngle(double radians);

// Correct to about 1e-16; NaN for what is not finite.
double Sine(ReducedAngle angle);
double Cosine(ReducedAngle angle);

inline double Sine(double radians) { return Sine(ReduceAngle(radians)); }
inline double Cosine(double radians) { return Cosine(ReduceAngle(radians)); }
double Tangent(double radians);

}  // namespace tfwasm
