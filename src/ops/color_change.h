// SPDX-License-Identifier: Apache-2.0
// The attributes of _ChangeColors.
#pragma once

#include <cstdint>

namespace tfwasm {

// What is done, and the meaning of the eight numbers in the attribute "numbers". A range is two of
// them, between which each image gets a number.
enum class ColorKind : uint8_t {
  kBrightness,     // a range of shares of the value range
  kContrast,       // a range of factors
  kSaturation,     // a range of shares, of which 0.5 changes nothing
  kHue,            // a range of half turns
  kJitter,         // the four ranges above; NaN for none
  kDegeneration,   // a range of shares of gray
  kGray,           // a range of probabilities
  kSharpness,      // a range of shares, of which 0.5 changes nothing
  kPosterization,  // a range of numbers of bits
  kInversion,      // a range of probabilities
  kSolarization,   // ranges of what is added, and of a threshold
  kEqualization,   // the number of bins
  kErasing,        // ranges of probabilities, and of the area
  kBlur,           // ranges of probabilities and of deviations; two sizes
};

struct ColorRange {
  float low = 0;
  float high = 0;
};

// Random numbers in [0, 1) for each image.
inline constexpr int64_t kColorNumbers = 8;

inline bool NeedsColors(ColorKind kind) {
  return kind == ColorKind::kSaturation || kind == ColorKind::kHue || kind == ColorKind::kJitter ||
         kind == ColorKind::kDegeneration || kind == ColorKind::kGray;
}

}  // namespace tfwasm
