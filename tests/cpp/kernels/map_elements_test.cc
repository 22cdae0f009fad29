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
  for (const size_t size : {0u, 1u, 15u, 16u, 17u, 100u}) {
    CAPTURE(size);
    const std::vector<float> in = Count(size);
    std::vector<float> one = in;
    MapElements(one.data(), one.data(), size, [](float x) { return 2 * x + 1; });
    std::vector<float> left = in;
    MapPairs(left.data(), 1, in.data(), 1, left.data(), size,
             [](float a, float b) { return a + b + 1; });
    std::vector<float> right = in;
    MapPairs(in.data(), 1, right.data(), 1, right.data(), size,
             [](float a, float b) { return a + b + 1; });
    std::vector<float> last = in;
    MapTriples(in.data(), 1, in.data(), 1, last.data(), 1, last.data(), size,
               [](float a, float b, float c) { return a + b + c - b + 1; });
    for (size_t i = 0; i < size; ++i) {
      const float expected = 2 * in[i] + 1;
      CHECK(one[i] == expected);
      CHECK(left[i] == expected);
      CHECK(right[i] == expected);
      CHECK(last[i] == expected);
    }
  }
}

TEST_CASE("a step of 0 repeats one element") {
  const std::vector<float> in = Count(50);
  const float ten = 10;
  std::vector<float> out(50);
  MapPairs(&ten, 0, in.data(), 1, out.data(), 50, [](float a, float b) { return a - b; });
  for (size_t i = 0; i < 50; ++i) CHECK(out[i] == 10 - in[i]);
  MapPairs(in.data(), 1, &ten, 0, out.data(), 50, [](float a, float b) { return a - b; });
  for (size_t i = 0; i < 50; ++i) CHECK(out[i] == in[i] - 10);
  MapPairs(&ten, 0, &ten, 0, out.data(), 50, [](float a, float b) { return a * b; });
  for (size_t i = 0; i < 50; ++i) CHECK(out[i] == 100);
}

}  // namespace
}  // namespace tfwasm
