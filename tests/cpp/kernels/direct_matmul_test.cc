// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct_matmul.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "test_random.h"

namespace tfwasm {

namespace {

void ExpectProducts(const DirectMatMul& sizes) {
  constexpr size_t kProducts = 3;
  const auto [m, k, n] = sizes;
  CAPTURE(m);
  CAPTURE(k);
  CAPTURE(n);
  const auto columns = static_cast<size_t>(n);
  const auto depth = static_cast<size_t>(k);
  TestRandom random(1);
  const std::vector<float> a = random.FloatVector(kProducts * m * k, -2, 2);
  const std::vector<float> b = random.FloatVector(kProducts * k * n, -2, 2);
  // One extra element, which must not be overwritten.
  std::vector<float> out(kProducts * static_cast<size_t>(m) * columns + 1, -77.0F);
  sizes.Run(kProducts, a.data(), b.data(), out.data());
  for (size_t i = 0; i + 1 < out.size(); ++i) {
    const size_t row = i / columns;
    const size_t product = row / static_cast<size_t>(m);
    double expected = 0;
    for (size_t j = 0; j < depth; ++j) {
      expected +=
          double{a[row * depth + j]} * double{b[(product * depth + j) * columns + i % columns]};
    }
    CHECK(std::abs(out[i] - expected) <= 1e-4 * (1 + std::abs(expected)));
  }
  CHECK(out.back() == -77.0F);
}

}  // namespace

TEST_CASE("products of matrices that are not packed") {
  // Around the tile sizes.
  for (const int64_t m : {2, 3, 4, 5, 8, 16}) {
    for (const int64_t n : {4, 5, 7, 8, 12, 13, 17}) {
      for (const int64_t k : {1, 2, 8}) ExpectProducts({m, k, n});
    }
  }
  CHECK(DirectMatMul{8, 8, 8}.IsFor());
  CHECK(DirectMatMul{1000, 256, 256}.IsFor());
  CHECK_FALSE(DirectMatMul{1000, 256, 257}.IsFor());
  CHECK_FALSE(DirectMatMul{8, 8, 3}.IsFor());
}

}  // namespace tfwasm
