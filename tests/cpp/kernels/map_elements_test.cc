// SPDX-License-Identifier: Apache-2.0
#include "kernels/map_elements.h"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

namespace tfwasm {
namespace {

std::vector<float> Count(size_t size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

TEST_CASE("results may be written over any operand of the same step") {
  for (const size_t size : {0u, 1u, 7u, 8u, 9u, 16u, 100u}) {
    CAPTURE(size);
    const std::vector<float> in = Count(size);
    std::vector<float> one = in;
    MapElements(one.data(), one.data(), size, [](float x) { return 2 * x + 1; });
    std::vector<float> left = in;
    MapPairs(left.data(), in.data(), left.data(), size, [](float a, float b) { return a + b + 1; });
    std::vector<float> right = in;
    MapPairs(in.data(), right.data(), right.data(), size,
             [](float a, float b) { return a + b + 1; });
    for (size_t i = 0; i < size; ++i) {
      const float expected = 2 * in[i] + 1;
      CHECK(one[i] == expected);
      CHECK(left[i] == expected);
      CHECK(right[i] == expected);
    }
  }
}

struct HalfOfSmall {
  float operator()(float x) const { return x / 2; }
  static bool IsRare(float x) { return x >= 20; }
  static float OfRare(float x) { return -x; }
};

TEST_CASE("rare operands go to other code, also in place") {
  for (const size_t size : {3u, 21u, 24u, 100u}) {
    CAPTURE(size);
    std::vector<float> values = Count(size);
    MapElements(values.data(), values.data(), size, HalfOfSmall{});
    for (size_t i = 0; i < size; ++i) {
      const auto x = static_cast<float>(i);
      CHECK(values[i] == (i >= 20 ? -x : x / 2));
    }
  }
}

TEST_CASE("a step of 0 repeats one element") {
  const std::vector<float> in = Count(50);
  const float ten = 10;
  std::vector<float> out(50);
  constexpr auto kFn = [](float a, float b, float c) { return a - b * c; };
  constexpr MapLoop kLoop =
      MapLoopOf<std::remove_const_t<decltype(kFn)>, float, float, float, float>();
  for (const size_t size : {0u, 3u, 8u, 50u}) {
    CAPTURE(size);
    const void* operands[] = {&ten, in.data(), &ten};
    const size_t steps[] = {0, 1, 0};
    MapBlocks(kLoop, nullptr, operands, steps, out.data(), size);
    for (size_t i = 0; i < size; ++i) CHECK(out[i] == 10 - in[i] * 10);
  }
}

TEST_CASE("the elements of a block may have different sizes") {
  std::vector<uint8_t> bytes(37);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i % 3 == 0;
  std::vector<float> floats(bytes.size());
  MapElements(bytes.data(), floats.data(), bytes.size(), [](uint8_t x) { return x + 0.5f; });
  std::vector<uint8_t> back(bytes.size());
  MapElements(floats.data(), back.data(), bytes.size(), [](float x) { return x > 1; });
  for (size_t i = 0; i < bytes.size(); ++i) {
    CHECK(floats[i] == static_cast<float>(bytes[i]) + 0.5f);
    CHECK(back[i] == bytes[i]);
  }
}

}  // namespace
}  // namespace tfwasm
