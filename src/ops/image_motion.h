// SPDX-License-Identifier: Apache-2.0
// The attributes of _DrawTransforms.
#pragma once

#include <cstdint>

namespace tfwasm {

// How images are moved, and the meaning of the four numbers in the attribute "numbers". A range is
// two of them, between which each image gets a number.
enum class ImageMotion : uint8_t {
  kTranslation,  // ranges of shares of the height and the width
  kZoom,         // ranges for height and width; NaN for the width if it is as the height
  kRotation,     // a range of turns
  kShear,        // ranges for x and y
  kPerspective,  // ranges of probabilities, and of shifts
  kFlip,         // probabilities of a vertical and of a horizontal flip, twice each
  kCrop,         // the last row and the last column at which the part may begin
};

// Random numbers in [0, 1) for each image.
inline constexpr int64_t kMotionNumbers = 8;

}  // namespace tfwasm
