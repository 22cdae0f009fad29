// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector_matmul.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "test_random.h"

namespace tfwasm {

namespace {

struct Product {
  int64_t k;
  int64_t n;
  Activation activation;
};

void ExpectPackedProduct(const Product& product) {
  const auto& [k, n, activation] = product;
  CAPTURE(k);
  CAPTURE(n);
  REQUIRE(PackedWeights::IsFor(n));
  TestRandom random(1);
  const std::vector<float> a = random.FloatVector(k, -2, 2);
  const std::vector<float> b = random.FloatVector(k * n, -2, 2);
  const std::vector<float> bias = random.FloatVector(n, -2, 2);
  // One extra element, which must not be overwritten.
  std::vector<float> out(static_cast<size_t>(n) + 1, -77.0F);
  VectorMatMul(k, n, a.data(), PackedWeights(1, k, n, b.data(), bias.data()), activation,
               out.data());
  for (size_t j = 0; j < bias.size(); ++j) {
    double expected = bias[j];
    for (size_t i = 0; i < a.size(); ++i) expected += double{a[i]} * double{b[i * bias.size() + j]};
    expected = std::clamp(expected, double{activation.min}, double{activation.max});
    CHECK(std::abs(out[j] - expected) <= 1e-4 * (1 + std::abs(expected)));
  }
  CHECK(out.back() == -77.0F);
}

}  // namespace

TEST_CASE("a vector times a packed matrix") {
  const Activation none;
  const Activation relu6 = MakeClamp(0, 6);
  // Around the widths of tiles and of groups of tiles; depths that do not fill a vector.
  for (const int64_t n : {8, 9, 15, 16, 31, 32, 33, 40, 63, 64, 100, 129}) {
    for (const int64_t k : {1, 3, 17, 64}) {
      ExpectPackedProduct({k, n, none});
      ExpectPackedProduct({k, n, relu6});
    }
  }
}

TEST_CASE("a vector times a packed matrix keeps NaN") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr int64_t kColumns = 64;
  const std::vector<float> a = {1, 2};
  std::vector<float> b(2 * kColumns, 1.0F);
  b[kColumns + 33] = kNan;
  std::vector<float> out(kColumns);
  REQUIRE(PackedWeights::IsFor(kColumns));
  VectorMatMul(2, kColumns, a.data(), PackedWeights(1, 2, kColumns, b.data(), nullptr),
               MakeClamp(0, 6), out.data());
  CHECK(out[32] == 3.0F);
  CHECK(std::isnan(out[33]));
}

}  // namespace tfwasm
