// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a
// counter-based generator, so any part of a sequence can be computed directly.
#pragma once

#include <array>
#include <cstdint>

namespace tfwasm {

class Philox {
 public:
  using Block = std::array<uint32_t, 4>;

  explicit Philox(uint64_t key) : key_(key) {}

  // Block `index` of the sequence: 128 random bits.
  Block operator()(uint64_t index) const {
    Block c = {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0};
    auto k0 = static_cast<uint32_t>(key_);
    auto k1 = static_cast<uint32_t>(key_ >> 32);
    for (int round = 0; round < 10; ++round) {
      const uint64_t p = uint64_t{0xD2511F53u} * c[0];
      const uint64_t q = uint64_t{0xCD9E8D57u} * c[2];
      c = {static_cast<uint32_t>(q >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(q),
           static_cast<uint32_t>(p >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p)};
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    return c;
  }

 private:
  uint64_t key_;
};

// Uniform in [0, 1), in steps of 2^-24.
inline float UnitFloat(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

}  // namespace tfwasm
