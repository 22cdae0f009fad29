// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_activation.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "kernels/activation_reference.h"

namespace tfwasm {
namespace {

bool IsNear(double actual, double expected, double tolerance) {
  return std::abs(actual - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

// -8 to 8, but for the kinks.
std::vector<float> Places(const ReferenceActivation& reference) {
  std::vector<float> places;
  for (int i = -64; i <= 64; ++i) {
    const float x = static_cast<float>(i) / 8;
    const auto is_at = [&](double kink) { return std::abs(kink - x) < 0.01; };
    if (std::none_of(reference.kinks.begin(), reference.kinks.end(), is_at)) places.push_back(x);
  }
  return places;
}

TEST_CASE("activations of recurrent cells: values and derivatives") {
  for (const ReferenceActivation& reference : ReferenceActivations()) {
    CAPTURE(std::string(reference.name));
    const RecurrentActivation* activation = FindRecurrentActivation(reference.name);
    REQUIRE((activation != nullptr));
    const std::vector<float> x = Places(reference);
    const auto count = static_cast<int64_t>(x.size());
    std::vector<float> y(x.size());
    activation->Apply(x.data(), y.data(), count);
    const std::vector<float> dy(x.size(), -2.0f);
    std::vector<float> dx(x.size());
    activation->ApplyGradient(activation->keeps_input ? x.data() : y.data(), dy.data(), dx.data(),
                              count);
    for (size_t i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      const double h = 1e-4;
      const double slope = (reference.value(x[i] + h) - reference.value(x[i] - h)) / (2 * h);
      CHECK(IsNear(y[i], reference.value(x[i]), 1e-6));
      CHECK(IsNear(dx[i], -2 * slope, 2e-6));
    }
  }
}

TEST_CASE("activations of recurrent cells: in place, NaN, and large numbers") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const ReferenceActivation& reference : ReferenceActivations()) {
    CAPTURE(std::string(reference.name));
    const RecurrentActivation& activation = *FindRecurrentActivation(reference.name);
    std::vector<float> y = {0.5f, kNan, -1e20f, 80.0f};
    const std::vector<float> x = y;
    activation.Apply(y.data(), y.data(), 4);
    CHECK(IsNear(y[0], reference.value(0.5), 1e-6));
    CHECK(std::isnan(y[1]));
    CHECK(IsNear(y[2], reference.value(-1e20f), 1e-5));
    CHECK(IsNear(y[3], reference.value(80), 1e-5));
    const std::vector<float>& kept = activation.keeps_input ? x : y;
    std::vector<float> dy = {1, 1, 1, 1};
    activation.ApplyGradient(kept.data(), dy.data(), dy.data(), 4);
    for (const size_t i : {size_t{0}, size_t{2}, size_t{3}}) CHECK(std::isfinite(dy[i]));
  }
}

TEST_CASE("activations of recurrent cells: at kinks as in TensorFlow") {
  const auto slope_at = [](std::string_view name, float x) {
    const RecurrentActivation& activation = *FindRecurrentActivation(name);
    float y = x;
    if (!activation.keeps_input) activation.Apply(&x, &y, 1);
    float dx = 1;
    activation.ApplyGradient(&y, &dx, &dx, 1);
    return dx;
  };
  CHECK(slope_at("relu", 0) == 0.0f);
  CHECK(slope_at("relu6", 0) == 0.0f);
  CHECK(slope_at("relu6", 6) == 0.0f);
  CHECK(slope_at("leaky_relu", 0) == 0.2f);
  CHECK(slope_at("elu", 0) == 1.0f);
  CHECK(slope_at("selu", 0) == 1.0507009873554805f);
  CHECK(slope_at("softsign", 0) == 1.0f);
  CHECK(slope_at("hard_sigmoid", -3) == 0.0f);
  CHECK(slope_at("hard_sigmoid", 3) == 0.0f);
}

TEST_CASE("activations of recurrent cells: unknown names") {
  for (const std::string_view name : {"", "softmax", "Tanh", "silu,swish", "tan"}) {
    CHECK((FindRecurrentActivation(name) == nullptr));
  }
}

}  // namespace
}  // namespace tfwasm
