// SPDX-License-Identifier: Apache-2.0
#include "kernels/text/hash_bins.h"

#include <bit>
#include <cstring>

#include "kernels/fingerprint.h"

namespace tfwasm {

namespace {

struct SipState {
  uint64_t v0;
  uint64_t v1;
  uint64_t v2;
  uint64_t v3;

  void Round(int count) {
    while (count-- > 0) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }

  void Take(uint64_t word) {
    v3 ^= word;
    Round(2);
    v0 ^= word;
  }
};

uint64_t ShiftMix(uint64_t value) { return value ^ (value >> 47); }

}  // namespace

uint64_t SipHash(SipKey key, std::string_view bytes) {
  SipState state{.v0 = key.first ^ 0x736f6d6570736575u,
                 .v1 = key.second ^ 0x646f72616e646f6du,
                 .v2 = key.first ^ 0x6c7967656e657261u,
                 .v3 = key.second ^ 0x7465646279746573u};
  // The last word has the bytes that are left, and the size in its highest byte.
  const uint64_t size = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    state.Take(word);
  }
  uint64_t last = 0;
  std::memcpy(&last, bytes.data(), bytes.size());
  state.Take(last | size << 56);
  state.v2 ^= 0xff;
  state.Round(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

uint64_t HashOf(const std::optional<SipKey>& key, std::string_view bytes) {
  return key ? SipHash(*key, bytes) : Fingerprint64(bytes);
}

uint64_t CombineHashes(uint64_t first, uint64_t second) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995u;
  uint64_t result = first ^ kFactor;
  result ^= ShiftMix(second * kFactor) * kFactor;
  result *= kFactor;
  return ShiftMix(ShiftMix(result) * kFactor);
}

}  // namespace tfwasm
