// SPDX-License-Identifier: Apache-2.0
// Hashes that put texts into bins, with the same bins as TensorFlow.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tfwasm {

struct SipKey {
  uint64_t first = 0;
  uint64_t second = 0;
};

// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
uint64_t SipHash(SipKey key, std::string_view bytes);

// With a key SipHash, else Fingerprint64.
uint64_t HashOf(const std::optional<SipKey>& key, std::string_view bytes);

// One hash from two, as TensorFlow's SparseCross combines the features of an example.
uint64_t CombineHashes(uint64_t first, uint64_t second);

}  // namespace tfwasm
