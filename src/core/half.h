// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace tfwasm {

// The float with the value of an IEEE binary16 number with these bits.
inline float HalfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  // Shifts exponent and fraction into place. The product with 2^112 corrects the exponent bias (127
  // - 15) and also normalizes subnormals.
  const float scaled = std::bit_cast<float>(static_cast<uint32_t>(half & 0x7fffu) << 13) * 0x1p112f;
  const uint32_t infinite = (half & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u;
  return std::bit_cast<float>(sign | infinite | std::bit_cast<uint32_t>(scaled));
}

}  // namespace tfwasm
