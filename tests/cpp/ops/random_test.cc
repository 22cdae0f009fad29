// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/philox.h"
#include "ops/op_test.h"

namespace tfwasm {

namespace {

constexpr int kCount = 40001;  // not a multiple of the block
const Tensor kShape = I32({1}, {kCount});

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <typename T>
Moments MomentsOf(const Tensor& tensor) {
  Moments result;
  const auto values = tensor.values<T>();
  for (const T value : values) result.mean += static_cast<double>(value);
  result.mean /= static_cast<double>(values.size());
  for (const T value : values)
    result.variance += std::pow(static_cast<double>(value) - result.mean, 2);
  result.variance /= static_cast<double>(values.size());
  return result;
}

// Successive numbers must be independent.
double Correlation(std::span<const float> values, double mean, double variance) {
  double sum = 0;
  for (size_t i = 1; i < values.size(); ++i) sum += (values[i] - mean) * (values[i - 1] - mean);
  return sum / static_cast<double>(values.size()) / variance;
}

bool SameValues(const Tensor& a, const Tensor& b) {
  const auto x = a.values<float>();
  const auto y = b.values<float>();
  return std::equal(x.begin(), x.end(), y.begin(), y.end());
}

}  // namespace

TEST_CASE("Philox gives the published numbers") {
  // Known answers from Random123: counter 0 and key 0.
  CHECK(Philox(0)(0) == Philox::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
}

TEST_CASE("RandomUniform") {
  const Tensor x = RunOp("RandomUniform", {{"seed", 7}}, {kShape});
  const auto values = x.values<float>();
  CHECK(*std::min_element(values.begin(), values.end()) >= 0);
  CHECK(*std::max_element(values.begin(), values.end()) < 1);
  const Moments moments = MomentsOf<float>(x);
  CHECK(std::abs(moments.mean - 0.5) < 0.008);
  CHECK(std::abs(moments.variance - 1.0 / 12) < 0.002);
  CHECK(std::abs(Correlation(values, moments.mean, moments.variance)) < 0.02);
  const Tensor scaled =
      RunOp("RandomUniform", {{"seed", 7}, {"minval", -2.0}, {"maxval", 4.0}}, {kShape});
  CHECK(std::abs(MomentsOf<float>(scaled).mean - 1) < 0.05);
  const TestAttrs ints = {{"seed", 7}, {"maxval", 10.0}, {"dtype", DType::kInt32}};
  CHECK(std::abs(MomentsOf<int32_t>(RunOp("RandomUniform", ints, {kShape})).mean - 4.5) < 0.1);
  ExpectTensor(RunOp("RandomUniform", {{"minval", 3.0}, {"maxval", 3.0}}, {I32({2}, {1, 2})}),
               F32({1, 2}, {3, 3}));
  ExpectTensor(RunOp("RandomUniform", {}, {I32({2}, {0, 2})}), F32({0, 2}, {}));
  ExpectError(Code::kAttr, [] { RunOp("RandomUniform", {{"dtype", DType::kBool}}, {kShape}); });
  ExpectError(Code::kShape, [] { RunOp("RandomUniform", {}, {I32({1}, {-1})}); });
  ExpectError(Code::kDType, [] { RunOp("RandomUniform", {}, {F32({1}, {1})}); });
}

TEST_CASE("Seeds repeat a sequence, no seed gives another each time") {
  for (const char* op : {"RandomUniform", "RandomStandardNormal", "TruncatedNormal"}) {
    const auto draw = [&](const TestAttrs& attrs) {
      return RunOpOnce(op, attrs, {I32({1}, {50})})[0];
    };
    CHECK(SameValues(draw({{"seed", 1}}), draw({{"seed", 1}})));
    CHECK(!SameValues(draw({{"seed", 1}}), draw({{"seed", 2}})));
    CHECK(!SameValues(draw({{"seed", 1}}), draw({{"seed", 1}, {"seed2", 1}})));
    CHECK(!SameValues(draw({}), draw({})));
  }
}

TEST_CASE("RandomStandardNormal and TruncatedNormal") {
  const Tensor x = RunOp("RandomStandardNormal", {{"seed", 3}}, {kShape});
  Moments moments = MomentsOf<float>(x);
  CHECK(std::abs(moments.mean) < 0.02);
  CHECK(std::abs(moments.variance - 1) < 0.03);
  CHECK(std::abs(Correlation(x.values<float>(), moments.mean, moments.variance)) < 0.02);
  const auto within = [](const Tensor& tensor, float limit) {
    const auto values = tensor.values<float>();
    return static_cast<double>(std::count_if(values.begin(), values.end(),
                                             [=](float v) { return std::abs(v) <= limit; })) /
           static_cast<double>(values.size());
  };
  CHECK(std::abs(within(x, 1) - 0.6827) < 0.01);
  CHECK(std::abs(within(x, 2) - 0.9545) < 0.005);

  const Tensor y = RunOp("TruncatedNormal", {{"seed", 3}}, {kShape});
  moments = MomentsOf<float>(y);
  CHECK(within(y, 2) == 1);
  CHECK(std::abs(moments.mean) < 0.02);
  CHECK(std::abs(moments.variance - 0.7737) < 0.02);
  const TestAttrs scaled = {{"seed", 3}, {"mean", 5.0}, {"stddev", 0.5}};
  CHECK(std::abs(MomentsOf<float>(RunOp("RandomStandardNormal", scaled, {kShape})).mean - 5) <
        0.02);
}

TEST_CASE("RandomUniformInt takes its bounds as inputs or attributes") {
  const Tensor x = RunOp("RandomUniformInt", {{"seed", 5}}, {kShape, I32({}, {-3}), I32({}, {4})});
  std::vector<int> counts(7);
  for (const int32_t value : x.values<int32_t>()) {
    REQUIRE(value >= -3);
    REQUIRE(value < 4);
    ++counts[static_cast<size_t>(value + 3)];
  }
  for (const int count : counts) CHECK(std::abs(count - kCount / 7) < 350);
  ExpectTensor(RunOp("RandomUniformInt", {{"seed", 5}, {"minval", -3}, {"maxval", 4}}, {kShape}),
               x);
  const Tensor wide =
      RunOp("RandomUniformInt", {{"seed", 5}}, {kShape, I32({}, {kIntMin}), I32({}, {kIntMax})});
  CHECK(std::abs(MomentsOf<int32_t>(wide).mean) < 2e7);
  const auto draw = [](const std::vector<Tensor>& inputs) {
    RunOp("RandomUniformInt", {}, inputs);
  };
  ExpectError(Code::kInput, [&] { draw({kShape, I32({}, {1}), I32({}, {1})}); });
  ExpectError(Code::kAttr, [&] { draw({kShape}); });
  ExpectError(Code::kEdge, [&] { draw({kShape, I32({}, {1})}); });
  ExpectError(Code::kDType, [&] { draw({kShape, F32({}, {1}), I32({}, {2})}); });
}

TEST_CASE("Multinomial draws classes as often as their probabilities say") {
  const Tensor logits =
      F32({2, 3}, {std::log(1.0f), std::log(2.0f), std::log(5.0f), 0, -kInf, kNan});
  const Tensor x = RunOp("Multinomial", {{"seed", 9}}, {logits, I32({}, {kCount})});
  CHECK(x.shape().ToString() == StrCat("[2,", kCount, "]"));
  std::vector<int> counts(3);
  const auto values = x.values<int32_t>();
  for (size_t i = 0; i < kCount; ++i) ++counts[static_cast<size_t>(values[i])];
  CHECK(std::abs(counts[0] - kCount * 1 / 8) < 300);
  CHECK(std::abs(counts[1] - kCount * 2 / 8) < 300);
  CHECK(std::all_of(values.begin() + kCount, values.end(), [](int32_t v) { return v == 0; }));
  const Tensor given = RunOp("Multinomial", {{"seed", 9}, {"normalized", true}},
                             {F32({1, 2}, {0.25f, 0.75f}), I32({}, {kCount})});
  CHECK(std::abs(MomentsOf<int32_t>(given).mean - 0.75) < 0.01);
  ExpectTensor(RunOp("Multinomial", {}, {F32({2, 1}, {0, 0}), I32({}, {0})}), I32({2, 0}, {}));
  const auto draw = [](const Tensor& l, int count) {
    RunOp("Multinomial", {}, {l, I32({}, {count})});
  };
  ExpectError(Code::kInput, [&] { draw(F32({1, 0}, {}), 1); });
  ExpectError(Code::kInput, [&] { draw(F32({1, 1}, {0}), -1); });
  ExpectError(Code::kShape, [&] { draw(F32({1}, {0}), 1); });
  ExpectError(Code::kDType, [&] { draw(I32({1, 1}, {0}), 1); });
}

}  // namespace tfwasm
