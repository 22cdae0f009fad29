// SPDX-License-Identifier: Apache-2.0
#include "kernels/int8_quantization.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tfwasm {
namespace {

std::vector<float> Waves(size_t count, float low, float high) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const double fraction = 0.5 * (1 + std::sin(static_cast<double>(i * i)));
    values[i] = static_cast<float>(low + (double{high} - double{low}) * fraction);
  }
  return values;
}

float ValueOf(const Int8Range& range, int8_t stored) {
  return range.scale * static_cast<float>(stored - range.zero_point);
}

TEST_CASE("activations are off by at most half a step, and zero is exact") {
  constexpr std::pair<float, float> kRanges[] = {
      {-1, 1}, {0, 6}, {-3, -1}, {100, 101}, {-1e-20F, 2e-20F}, {-3e38F, 3e38F}, {-0.001F, 5000}};
  for (const auto& [low, high] : kRanges) {
    for (const size_t count : {1, 15, 16, 17, 100, 40'000}) {
      CAPTURE(low);
      CAPTURE(count);
      std::vector<float> values = Waves(count, low, high);
      values.back() = 0;
      std::vector<int8_t> stored(count);
      const Int8Range range =
          QuantizeToInt8(values.data(), static_cast<int64_t>(count), stored.data());
      CHECK(range.is_finite);
      CHECK(ValueOf(range, stored.back()) == 0);
      for (size_t i = 0; i < count; ++i) {
        REQUIRE(std::abs(double{ValueOf(range, stored[i])} - double{values[i]}) <=
                0.5001 * double{range.scale} + 1e-6 * std::abs(double{values[i]}));
      }
    }
  }
}

TEST_CASE("what is not finite is found anywhere") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {kInfinity, -kInfinity, kNan, -kNan}) {
    for (const size_t place : {0, 7, 16, 20'000, 39'999}) {
      std::vector<float> values = Waves(40'000, -1, 1);
      values[place] = bad;
      std::vector<int8_t> stored(values.size());
      CHECK(!QuantizeToInt8(values.data(), static_cast<int64_t>(values.size()), stored.data())
                 .is_finite);
    }
  }
}

TEST_CASE("all zeros, and ranges whose scale has no reciprocal, are zeros") {
  for (const float value : {0.0F, -0.0F, 1e-44F, -1e-36F}) {
    const std::vector<float> values(20, value);
    std::vector<int8_t> stored(values.size(), 1);
    const Int8Range range = QuantizeToInt8(values.data(), 20, stored.data());
    CHECK(range.is_finite);
    for (const int8_t element : stored) CHECK(ValueOf(range, element) == 0);
  }
}

TEST_CASE("weights have a scale for each output") {
  const std::vector<float> weights = {1, -200, 0, -2, 100, 0, 0.5F, 50, 1e-42F};
  const Int8Weights quantized(3, 3, weights.data(), false);
  CHECK(quantized.values == std::vector<int8_t>{64, -127, 32, -127, 64, 32, 0, 0, 0});
  CHECK(quantized.scales == std::vector<float>{2 / 127.0F, 200 / 127.0F, 1});
  const std::vector<float> transposed = {1, -2, 0.5F, -200, 100, 50, 0, 0, 1e-42F};
  const Int8Weights same(3, 3, transposed.data(), true);
  CHECK(same.values == quantized.values);
  CHECK(same.scales == quantized.scales);
}

}  // namespace
}  // namespace tfwasm
