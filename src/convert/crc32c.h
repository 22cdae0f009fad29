// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tfwasm {

// The CRC-32C (Castagnoli) of `bytes`, continuing after bytes with the checksum `crc`.
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

// As files store it: rotated and offset, so that a checksum of data with checksums is no constant.
uint32_t MaskedCrc32c(uint32_t crc);

}  // namespace tfwasm
