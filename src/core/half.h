// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace tfwasm {

// The float of the same value as the IEEE binary16 number with these bits.
inline float HalfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  // Exponent and fraction moved into place lack the difference of the exponent biases, 127 - 15;
  // multiplying by 2^112 adds it, and normalizes subnormals on the way.
  const float scaled = std::bit_cast<float>(static_cast<uint32_t>(half & 0x7fffu) << 13) * 0x1p112f;
  const uint32_t infinite = (half & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u;
  return std::bit_cast<float>(sign | infinite | std::bit_cast<uint32_t>(scaled));
}

}  // namespace tfwasm
