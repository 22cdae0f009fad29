// SPDX-License-Identifier: Apache-2.0
// The random number generator of all tests.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace tfwasm {

// A deterministic pseudorandom generator, the same on every platform. Adjacent seeds give
// independent sequences. Same algorithm as benchmark-page/random.js: a counter through
// MurmurHash3's finalizer.
class TestRandom {
 public:
  explicit TestRandom(uint32_t seed) : state_(seed) {}

  // 32 random bits.
  uint32_t Bits() {
    state_ += 0x9e3779b9u;
    uint32_t bits = state_;
    bits = (bits ^ (bits >> 16)) * 0x85ebca6bu;
    bits = (bits ^ (bits >> 13)) * 0xc2b2ae35u;
    return bits ^ (bits >> 16);
  }
  // From `first` to `last`, inclusive.
  int Int(int first, int last) {
    return first + static_cast<int>(Bits() % static_cast<uint32_t>(last - first + 1));
  }
  // In [low, high), in steps of 2^-24 of the range.
  float Float(float low = -1, float high = 1) {
    return low + static_cast<float>(Bits() >> 8) / static_cast<float>(1 << 24) * (high - low);
  }
  std::vector<float> FloatVector(int64_t count, float low = -1, float high = 1) {
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = Float(low, high);
    return values;
  }
  Tensor Floats(const Shape& shape, float low = -1, float high = 1) {
    return Tensor::FromSpan<float>(shape, FloatVector(shape.NumElements(), low, high));
  }

 private:
  uint32_t state_;
};

// Numbers in [-4, 4), for tests that need no generator of their own.
inline Tensor RandomF32(const Shape& shape, uint32_t seed = 1) {
  return TestRandom(seed).Floats(shape, -4, 4);
}

}  // namespace tfwasm
