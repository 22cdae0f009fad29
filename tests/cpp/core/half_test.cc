// SPDX-License-Identifier: Apache-2.0
#include "core/half.h"

#include <doctest/doctest.h>

#include <cmath>

namespace tfwasm {
namespace {

TEST_CASE("every binary16 number has its value") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    CAPTURE(bits);
    const float value = HalfToFloat(static_cast<uint16_t>(bits));
    const int exponent = static_cast<int>((bits >> 10) & 31);
    const int fraction = static_cast<int>(bits & 1023);
    REQUIRE(std::signbit(value) == (bits >> 15 != 0));
    if (exponent == 31) {
      REQUIRE((fraction == 0 ? std::isinf(value) : std::isnan(value)));
    } else {
      const double magnitude =
          exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
      REQUIRE(std::abs(value) == magnitude);
    }
  }
}

}  // namespace
}  // namespace tfwasm
