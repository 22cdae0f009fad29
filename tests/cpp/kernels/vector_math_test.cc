// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector_math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace tfwasm {
namespace {

struct Function {
  const char* name;
  float (*actual)(float);
  double (*expected)(double);
  float low;
  float high;
  double tolerance;  // relative
};

const Function kFunctions[] = {
    {"Exp", vector_math::Exp, [](double x) { return std::exp(x); }, -87, 88.7f, 2e-7},
    {"Elu", vector_math::Elu, [](double x) { return x < 0 ? std::expm1(x) : x; }, -40, 2, 2e-7},
    {"Sigmoid", vector_math::Sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80,
     3e-7},
    {"Tanh", vector_math::Tanh, [](double x) { return std::tanh(x); }, -20, 20, 2e-7},
    {"Log", vector_math::Log, [](double x) { return std::log(x); }, 1e-38f, 3e38f, 2e-7},
    {"Softplus", vector_math::Softplus, [](double x) { return std::log1p(std::exp(x)); }, -80, 80,
     3e-7},
    {"Erf", vector_math::Erf, [](double x) { return std::erf(x); }, -6, 6, 6e-7},
};

void CheckAt(const Function& f, float x) {
  const double expected = f.expected(static_cast<double>(x));
  const double error = std::abs(static_cast<double>(f.actual(x)) - expected);
  // Where a function crosses zero away from 0, as Log does at 1, its argument's own rounding rules.
  const double scale = std::max(std::abs(expected), 1e-38);
  CHECK_MESSAGE(error <= f.tolerance * scale, f.name, " at ", x, ": relative error ",
                error / scale);
}

TEST_CASE("vector functions are precise over their whole range") {
  constexpr int kSteps = 20000;
  for (const Function& f : kFunctions) {
    for (int i = 0; i <= kSteps; ++i) {
      const float t = static_cast<float>(i) / kSteps;
      CheckAt(f, f.low * (1 - t) + f.high * t);
    }
  }
}

TEST_CASE("vector functions are precise at every magnitude") {
  for (const Function& f : kFunctions) {
    for (float x = 1e-37f; x < f.high; x *= 1.37f) {
      CheckAt(f, x);
      if (-x > f.low) CheckAt(f, -x);
    }
  }
}

TEST_CASE("limits of the number range") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(vector_math::Exp(88.8f) == kInfinity);
  CHECK(vector_math::Exp(-104) == 0);
  CHECK(vector_math::Exp(-100) == doctest::Approx(3.783506e-44).epsilon(0.02));
  CHECK(vector_math::Log(1e-40f) == doctest::Approx(-92.103404));
  CHECK(vector_math::Log(-1e-40f) != vector_math::Log(-1e-40f));
  CHECK(vector_math::Sigmoid(-kInfinity) == 0);
  CHECK(vector_math::Sigmoid(-105) == 0);
  CHECK(vector_math::Sigmoid(-100) == doctest::Approx(3.783506e-44).epsilon(0.02));
  CHECK(vector_math::Sigmoid(kInfinity) == 1);
  CHECK(vector_math::Elu(-kInfinity) == -1);
  CHECK(vector_math::Elu(kInfinity) == kInfinity);
  for (const Function& f : kFunctions) CHECK(std::isnan(f.actual(std::nanf(""))));
  CHECK(std::signbit(vector_math::Tanh(-0.0f)));
  CHECK(std::signbit(vector_math::Erf(-0.0f)));
  CHECK(std::signbit(vector_math::Elu(-0.0f)));
}

}  // namespace
}  // namespace tfwasm
