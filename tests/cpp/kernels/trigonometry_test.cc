// SPDX-License-Identifier: Apache-2.0
#include "kernels/trigonometry.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "doctest/doctest.h"
#include "test_random.h"

namespace tfwasm {
namespace {

TEST_CASE("sine, cosine and tangent are those of the C library for floats of every size") {
  TestRandom random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto x = std::bit_cast<float>(random.Bits());
    if (!std::isfinite(x)) continue;
    const double radians = x;
    CAPTURE(x);
    REQUIRE(std::fabs(Sine(radians) - std::sin(radians)) < 1e-15);
    REQUIRE(std::fabs(Cosine(radians) - std::cos(radians)) < 1e-15);
    const double tangent = std::tan(radians);
    REQUIRE(std::fabs(Tangent(radians) - tangent) <= 1e-14 * std::fabs(tangent));
  }
}

TEST_CASE("angles next to right angles keep their digits") {
  for (int n = -1000; n <= 1000; ++n) {
    const double radians = n * 1.57079632679489661923;
    CAPTURE(n);
    CHECK(std::fabs(Sine(radians) - std::sin(radians)) < 1e-15);
    CHECK(std::fabs(Cosine(radians) - std::cos(radians)) < 1e-15);
  }
}

TEST_CASE("zeros keep their sign, and there is no sine of infinity") {
  CHECK(std::signbit(Sine(-0.0)));
  CHECK(std::signbit(Tangent(-0.0)));
  CHECK(Cosine(-0.0) == 1);
  for (const double x :
       {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    CHECK(std::isnan(Sine(x)));
    CHECK(std::isnan(Cosine(x)));
    CHECK(std::isnan(Tangent(x)));
  }
}

}  // namespace
}  // namespace tfwasm
