// SPDX-License-Identifier: Apache-2.0
// The published algorithm: Geoff Pike, FarmHash, 2014.
#include "kernels/fingerprint.h"

#include <bit>
#include <cstring>
#include <utility>

namespace tfwasm {

namespace {

constexpr uint64_t kPrime0 = 0xc3a5c85c97cb3127u;
constexpr uint64_t kPrime1 = 0xb492b66fbe98f273u;
constexpr uint64_t kPrime2 = 0x9ae16a3b2f90404fu;

struct Pair {
  uint64_t first = 0;
  uint64_t second = 0;
};

template <typename T>
uint64_t Load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}
uint64_t Load64(const char* at) { return Load<uint64_t>(at); }

uint64_t Rotate(uint64_t value, int shift) { return std::rotr(value, shift); }
uint64_t ShiftMix(uint64_t value) { return value ^ (value >> 47); }

uint64_t Mix(uint64_t u, uint64_t v, uint64_t factor) {
  const uint64_t a = ShiftMix((u ^ v) * factor);
  return ShiftMix((v ^ a) * factor) * factor;
}

uint64_t HashUpTo16(const char* s, size_t size) {
  const uint64_t factor = kPrime2 + size * 2;
  if (size >= 8) {
    const uint64_t a = Load64(s) + kPrime2;
    const uint64_t b = Load64(s + size - 8);
    return Mix(Rotate(b, 37) * factor + a, (Rotate(a, 25) + b) * factor, factor);
  }
  if (size >= 4) {
    return Mix(size + (Load<uint32_t>(s) << 3), Load<uint32_t>(s + size - 4), factor);
  }
  if (size == 0) return kPrime2;
  const uint64_t y = Load<uint8_t>(s) + (Load<uint8_t>(s + size / 2) << 8);
  const uint64_t z = size + (Load<uint8_t>(s + size - 1) << 2);
  return ShiftMix((y * kPrime2) ^ (z * kPrime0)) * kPrime2;
}

uint64_t HashUpTo64(const char* s, size_t size) {
  const uint64_t factor = kPrime2 + size * 2;
  const bool is_short = size <= 32;
  const uint64_t a = Load64(s) * (is_short ? kPrime1 : kPrime2);
  const uint64_t b = Load64(s + 8);
  const uint64_t c = Load64(s + size - 8) * factor;
  const uint64_t d = Load64(s + size - 16) * kPrime2;
  const uint64_t y = Rotate(a + b, 43) + Rotate(c, 30) + d;
  const uint64_t tail = a + Rotate(b + kPrime2, 18) + c;
  if (is_short) return Mix(y, tail, factor);
  const uint64_t z = Mix(y, tail, factor);
  const uint64_t e = Load64(s + 16) * factor;
  const uint64_t f = Load64(s + 24);
  const uint64_t g = (y + Load64(s + size - 32)) * factor;
  const uint64_t h = (z + Load64(s + size - 24)) * factor;
  return Mix(Rotate(e + f, 43) + Rotate(g, 30) + h, e + Rotate(f + a, 18) + g, factor);
}

Pair Mix32Bytes(const char* s, uint64_t a, uint64_t b) {
  a += Load64(s);
  b = Rotate(b + a + Load64(s + 24), 21);
  const uint64_t before = a;
  a += Load64(s + 8) + Load64(s + 16);
  b += Rotate(a, 44);
  return {a + Load64(s + 24), b + before};
}

struct State {
  uint64_t x;
  uint64_t y;
  uint64_t z;
  Pair v;
  Pair w;

  // Hashes 64 bytes. The final round uses a weight of nine.
  void Take(const char* s, uint64_t factor, uint64_t weight) {
    x = Rotate(x + y + v.first + Load64(s + 8), 37) * factor;
    y = Rotate(y + v.second + Load64(s + 48), 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + Load64(s + 40);
    z = Rotate(z + w.first, 33) * factor;
    v = Mix32Bytes(s, v.second * factor, x + w.first);
    w = Mix32Bytes(s + 32, z + w.second, y + Load64(s + 16));
    std::swap(z, x);
  }
};

}  // namespace

uint64_t Fingerprint64(std::string_view bytes) {
  const char* s = bytes.data();
  const size_t size = bytes.size();
  if (size <= 16) return HashUpTo16(s, size);
  if (size <= 64) return HashUpTo64(s, size);
  constexpr uint64_t kSeed = 81;
  State state;
  state.y = kSeed * kPrime1 + 113;
  state.z = ShiftMix(state.y * kPrime2 + 113) * kPrime2;
  state.x = kSeed * kPrime2 + Load64(s);
  const size_t rest = (size - 1) % 64;
  const char* const end = s + (size - 1) / 64 * 64;
  for (; s != end; s += 64) state.Take(s, kPrime1, 1);
  const uint64_t factor = kPrime1 + ((state.z & 0xff) << 1);
  state.w.first += rest;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.Take(end + rest - 63, factor, 9);
  return Mix(Mix(state.v.first, state.w.first, factor) + ShiftMix(state.y) * kPrime0 + state.z,
             Mix(state.v.second, state.w.second, factor) + state.x, factor);
}

}  // namespace tfwasm
