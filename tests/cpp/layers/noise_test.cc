// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

Tensor Ones(const Shape& shape) {
  return MakeF32(shape, [](size_t) { return 1; });
}

Tensor Trained(const TestLayer& layer, const Tensor& x) {
  return layer.Call({.inputs = {x}, .training = true, .is_random = true}).output();
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double DeviationOf(std::vector<double> values) {
  const double mean = MeanOf(values);
  for (double& value : values) value = (value - mean) * (value - mean);
  return std::sqrt(MeanOf(values));
}

// In units of what is expected of so many samples: 5 deviations of a mean of 40000.
constexpr double kChance = 5 / 200.0;

TEST_CASE("noise: none without training, masks are passed on") {
  const std::pair<const char*, const char*> layers[] = {
      {"Dropout", R"({"rate": 0.5})"},         {"SpatialDropout1D", R"({"rate": 0.5})"},
      {"GaussianNoise", R"({"stddev": 0.5})"}, {"GaussianDropout", R"({"rate": 0.5})"},
      {"AlphaDropout", R"({"rate": 0.5})"},    {"ActivityRegularization", "{}"}};
  const Tensor x = F32({1, 2, 2}, {1, 2, 3, 4});
  const Tensor mask = Bool({1, 2}, {1, 0});
  for (const auto& [name, config] : layers) {
    CAPTURE(name);
    const LayerResults results = TestLayer(name, config).Call({.inputs = {x}, .masks = {mask}});
    ExpectTensor(results.output(), x);
    ExpectTensor(results.mask(), mask);
    CHECK(results.losses.empty());
  }
  ExpectTensor(Trained(TestLayer("Dropout", R"({"rate": 0})"), x), x);
}

TEST_CASE("Dropout: keeps a share of the elements, scaled") {
  const Tensor y = Trained(TestLayer("Dropout", R"({"rate": 0.25})"), Ones({200, 200}));
  for (const double value : Numbers(y)) {
    REQUIRE((value == 0 || value == doctest::Approx(4.0 / 3)));
  }
  CHECK(std::abs(MeanOf(Numbers(y)) - 1) < kChance * std::sqrt(1.0 / 3));
  ExpectTensor(Trained(TestLayer("Dropout", R"({"rate": 1})"), Ones({1, 2})), F32({1, 2}, {0, 0}));
}

TEST_CASE("Dropout: each run differs, and a seed repeats the runs of a new layer") {
  const Tensor x = Ones({10, 10});
  const std::string_view seeded = R"({"rate": 0.5, "seed": 0})";
  const TestLayer layer("Dropout", seeded);
  const TestLayer same("Dropout", seeded);
  const TestLayer other("Dropout", R"({"rate": 0.5, "seed": 1})");
  const TestLayer random("Dropout", R"({"rate": 0.5})");
  const Tensor first = Trained(layer, x);
  const Tensor second = Trained(layer, x);
  CHECK(Numbers(first) != Numbers(second));
  CHECK(Numbers(Trained(other, x)) != Numbers(first));
  CHECK(Numbers(Trained(random, x)) != Numbers(Trained(random, x)));

  // A program, too, has other numbers at each run.
  const LayerArguments arguments = {.inputs = {x}, .training = true};
  ModelState state;
  Program program(same.GraphOf(arguments), state);
  ExpectTensor(program.Run(arguments.inputs)[0], first);
  ExpectTensor(program.Run(arguments.inputs)[0], second);
  CHECK(Numbers(program.Run(arguments.inputs)[0]) != Numbers(second));
}

TEST_CASE("Dropout: noise_shape") {
  const TestLayer layer("Dropout", R"({"rate": 0.5, "noise_shape": [null, 1, 20]})");
  const auto values = Numbers(Trained(layer, Ones({20, 3, 20})));
  std::map<double, int> counts;
  for (size_t n = 0; n < 20; ++n) {
    for (size_t c = 0; c < 20; ++c) {
      const double value = values[n * 60 + c];
      ++counts[value];
      CHECK(values[n * 60 + 20 + c] == value);
      CHECK(values[n * 60 + 40 + c] == value);
    }
  }
  CHECK(counts[0] > 100);
  CHECK(counts[2] > 100);
  CHECK(layer.config() == R"({"rate":0.5,"seed":null,"noise_shape":[null,1,20]})");
  ExpectError(Code::kShape, [&] { Trained(layer, Ones({2, 3})); });
  ExpectError(Code::kShape, [&] { Trained(layer, Ones({2, 3, 4})); });
}

TEST_CASE("SpatialDropout: drops whole channels") {
  const auto check = [](const char* name, const char* config, const Shape& shape, bool is_first) {
    CAPTURE(name);
    const auto values = Numbers(Trained(TestLayer(name, config), Ones(shape)));
    const auto channels = static_cast<size_t>(is_first ? shape[1] : shape[shape.rank() - 1]);
    const size_t space = values.size() / static_cast<size_t>(shape[0]) / channels;
    std::map<double, int> counts;
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t sample = i / (space * channels);
      const size_t channel = is_first ? i / space % channels : i % channels;
      const size_t first = sample * space * channels + (is_first ? channel * space : channel);
      REQUIRE(values[i] == values[first]);
      ++counts[values[i]];
    }
    CHECK(counts[0] > 0);
    CHECK(counts[2] > 0);
  };
  check("SpatialDropout1D", R"({"rate": 0.5})", {10, 3, 10}, false);
  check("SpatialDropout2D", R"({"rate": 0.5})", {10, 3, 2, 10}, false);
  check("SpatialDropout2D", R"({"rate": 0.5, "data_format": "channels_first"})", {10, 10, 3, 2},
        true);
  check("SpatialDropout3D", R"({"rate": 0.5})", {10, 3, 2, 2, 10}, false);
  ExpectError(Code::kShape,
              [] { Trained(TestLayer("SpatialDropout2D", R"({"rate": 0.5})"), Ones({1, 2, 3})); });
}

TEST_CASE("GaussianNoise, GaussianDropout, AlphaDropout: mean and deviation") {
  const Tensor x = Ones({200, 200});
  const auto noise = Numbers(Trained(TestLayer("GaussianNoise", R"({"stddev": 3})"), x));
  CHECK(std::abs(MeanOf(noise) - 1) < kChance * 3);
  CHECK(std::abs(DeviationOf(noise) - 3) < kChance * 3);
  const auto factors = Numbers(Trained(TestLayer("GaussianDropout", R"({"rate": 0.2})"), x));
  CHECK(std::abs(MeanOf(factors) - 1) < kChance * 0.5);
  CHECK(std::abs(DeviationOf(factors) - 0.5) < kChance * 0.5);
  // Keeps mean 0 and deviation 1.
  const Tensor normal = RunOpOnce("RandomStandardNormal", {{"seed", 3}}, {I32({2}, {200, 200})})[0];
  const auto alpha = Numbers(Trained(TestLayer("AlphaDropout", R"({"rate": 0.3})"), normal));
  CHECK(std::abs(MeanOf(alpha)) < 2 * kChance);
  CHECK(std::abs(DeviationOf(alpha) - 1) < 2 * kChance);
  const auto constant = Numbers(Trained(TestLayer("AlphaDropout", R"({"rate": 0.5})"), x));
  std::map<double, int> counts;
  for (const double value : constant) ++counts[value];
  CHECK(counts.size() == 2);
}

TEST_CASE("noise: refusals") {
  for (const char* name : {"Dropout", "GaussianDropout", "AlphaDropout", "SpatialDropout1D"}) {
    CAPTURE(name);
    ExpectError(Code::kLayer, [&] { TestLayer(name, R"({"rate": -0.1})"); });
    ExpectError(Code::kLayer, [&] { TestLayer(name, R"({"rate": 1.5})"); });
    ExpectError(Code::kLayer, [&] { TestLayer layer(name); });
  }
  ExpectError(Code::kLayer, [] { TestLayer("GaussianNoise", R"({"stddev": -1})"); });
}

TEST_CASE("ActivityRegularization: a loss for each sample, on average") {
  const TestLayer layer("ActivityRegularization", R"({"l1": 0.5, "l2": 2})");
  const LayerResults results = layer.Call({.inputs = {F32({2, 2}, {1, -2, 3, 0})}});
  REQUIRE(results.losses.size() == 2);
  ExpectTensor(results.losses[0], F32({}, {1.5f}));
  ExpectTensor(results.losses[1], F32({}, {14}));
}

}  // namespace
}  // namespace tfwasm
