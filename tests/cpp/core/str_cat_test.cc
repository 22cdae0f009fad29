// SPDX-License-Identifier: Apache-2.0
#include "core/str_cat.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/json.h"

namespace tfwasm {
namespace {

TEST_CASE("numbers are written short") {
  using Limits = std::numeric_limits<double>;
  const std::pair<double, std::string_view> cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-2.5, "-2.5"},
      {0.1, "0.1"},
      {100, "100"},
      {123456.789, "123456.789"},
      {1e14, "100000000000000"},
      {1e15, "1e+15"},
      {-1.5e300, "-1.5e+300"},
      {0.0001, "0.0001"},
      {1e-5, "1e-05"},
      {-1.25e-10, "-1.25e-10"},
      {double{0.1f}, "0.10000000149011612"},
      {Limits::max(), "1.7976931348623157e+308"},
      {Limits::denorm_min(), "5e-324"},
      {Limits::infinity(), "Infinity"},
      {-Limits::infinity(), "-Infinity"},
      {Limits::quiet_NaN(), "NaN"},
  };
  for (const auto& [number, text] : cases) CHECK(NumberToString(number) == text);
}

TEST_CASE("numbers read back as the same") {
  constexpr uint64_t kStep = 0x9e3779b97f4a7c15;  // visits all exponents
  uint64_t bits = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto number = std::bit_cast<double>(bits += kStep);
    if (!std::isfinite(number)) continue;
    const std::string text = NumberToString(number);
    if (ParseJsonNumber(text) != number) FAIL(text);
  }
}

}  // namespace
}  // namespace tfwasm
