// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector_math.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "kernels/map_elements.h"
#include "kernels/vector_trigonometry.h"

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

// As in loops: rare operands take the slow path.
template <typename F>
float Mapped(float x) {
  float result;
  MapElements(&x, &result, 1, F{});
  return result;
}

// musl's acosh returns numbers for some negative arguments.
double Acosh(double x) { return x < 1 ? std::nan("") : std::acosh(x); }

const Function kFunctions[] = {
    {"Exp", vector_math::Exp, [](double x) { return std::exp(x); }, -87, 88.7f, 2e-7},
    {"Elu", vector_math::Elu, [](double x) { return x < 0 ? std::expm1(x) : x; }, -40, 2, 2e-7},
    {"Sigmoid", vector_math::Sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80,
     3e-7},
    {"Tanh", vector_math::Tanh, [](double x) { return std::tanh(x); }, -20, 20, 2e-7},
    {"Log", vector_math::Log, [](double x) { return std::log(x); }, 1e-38f, 3e38f, 2e-7},
    {"Softplus", vector_math::Softplus,
     [](double x) { return x > 100 ? x : std::log1p(std::exp(x)); }, -80, 80, 3e-7},
    {"Erf", vector_math::Erf, [](double x) { return std::erf(x); }, -6, 6, 6e-7},
    {"Expm1", vector_math::Expm1, [](double x) { return std::expm1(x); }, -40, 88.7f, 3e-7},
    {"Log1p", vector_math::Log1p, [](double x) { return std::log1p(x); }, -0.99f, 1e6f, 3e-7},
    {"Sinh", vector_math::Sinh, [](double x) { return std::sinh(x); }, -89.4f, 89.4f, 3e-7},
    {"Cosh", vector_math::Cosh, [](double x) { return std::cosh(x); }, -89.4f, 89.4f, 3e-7},
    {"Asinh", vector_math::Asinh, [](double x) { return std::asinh(x); }, -1e12f, 3e38f, 3e-7},
    {"Acosh", vector_math::Acosh, Acosh, 1.0f, 3e38f, 3e-7},
    {"Atanh", vector_math::Atanh, [](double x) { return std::atanh(x); }, -0.999f, 0.999f, 4e-7},
    {"Sin", Mapped<vector_math::Sin>, [](double x) { return std::sin(x); }, -1e3f, 1e6f, 2e-7},
    {"Cos", Mapped<vector_math::Cos>, [](double x) { return std::cos(x); }, -1e3f, 1e6f, 2e-7},
    {"Tan", Mapped<vector_math::Tan>, [](double x) { return std::tan(x); }, -1e3f, 1e6f, 3e-7},
    {"Asin", vector_math::Asin, [](double x) { return std::asin(x); }, -1, 1, 3e-7},
    {"Acos", vector_math::Acos, [](double x) { return std::acos(x); }, -1, 1, 3e-7},
    {"Atan", vector_math::Atan, [](double x) { return std::atan(x); }, -50, 1e10f, 2e-7},
};

void CheckAt(const Function& f, float x) {
  const double expected = f.expected(static_cast<double>(x));
  const double error = std::abs(static_cast<double>(f.actual(x)) - expected);
  // Where a function has a zero at another argument than 0, like Log at 1, the tolerance is that of
  // the argument.
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
      if (x > f.low) CheckAt(f, x);
      if (-x > f.low) CheckAt(f, -x);
    }
  }
}

constexpr float kLargest = std::numeric_limits<float>::max();
constexpr float kLeast = std::numeric_limits<float>::denorm_min();
constexpr float kSpecial[] = {0,
                              kLeast,
                              1e-39f,
                              1e-20f,
                              0.5f,
                              0.75f,
                              1,
                              1.5f,
                              2,
                              3,
                              7,
                              16777215,
                              16777216,
                              1e10f,
                              1e30f,
                              kLargest,
                              std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()};

// Within 2^24 * tolerance ulp, and with the same sign, also for zeros.
void CheckSame(const char* name, float x, float y, float actual, double precise,
               double tolerance = 2.4e-7) {
  const auto expected = static_cast<float>(precise);
  INFO(name, " of ", x, " and ", y, ": ", actual, ", expected ", expected);
  if (std::isnan(expected)) {
    CHECK(std::isnan(actual));
    return;
  }
  const int32_t distance = std::bit_cast<int32_t>(actual) - std::bit_cast<int32_t>(expected);
  CHECK(std::signbit(actual) == std::signbit(expected));
  CHECK(std::abs(distance) <= tolerance * (1 << 24));
}

TEST_CASE("special arguments of functions of one number") {
  for (const Function& f : kFunctions) {
    for (const float magnitude : kSpecial) {
      for (const float x : {magnitude, -magnitude}) {
        CheckSame(f.name, x, 0, f.actual(x), f.expected(static_cast<double>(x)), f.tolerance);
      }
    }
  }
}

// Bit-exact. Only relaxed SIMD would round once instead of twice, and the tests are built without
// it.
template <typename F>
void CheckVectors(const char* name, const F& f) {
  const auto check = [&](float x) {
    const VectorOf<float> arguments = {x, -x, 0.5f * x, x + 1};
    const VectorOf<float> results = f(arguments);
    for (int lane = 0; lane < 4; ++lane) {
      const float expected = f(float{arguments[lane]});
      const float actual = results[lane];
      INFO(name, " of ", float{arguments[lane]}, ": ", actual, ", expected ", expected);
      const bool are_nan = std::isnan(expected) && std::isnan(actual);
      CHECK((are_nan || std::bit_cast<uint32_t>(actual) == std::bit_cast<uint32_t>(expected)));
    }
  };
  for (const float x : kSpecial) check(x);
  for (float x = 1e-37f; x < 1e37f; x *= 1.37f) check(x);
  for (float x = 0; x < 90; x += 0.37f) check(x);
}

TEST_CASE("functions of vectors are those of their numbers") {
  CheckVectors("Exp", [](auto x) { return vector_math::Exp(x); });
  CheckVectors("Elu", [](auto x) { return vector_math::Elu(x); });
  CheckVectors("Sigmoid", [](auto x) { return vector_math::Sigmoid(x); });
  CheckVectors("Tanh", [](auto x) { return vector_math::Tanh(x); });
  CheckVectors("Log", [](auto x) { return vector_math::Log(x); });
  CheckVectors("Softplus", [](auto x) { return vector_math::Softplus(x); });
  CheckVectors("Erf", [](auto x) { return vector_math::Erf(x); });
  CheckVectors("Expm1", [](auto x) { return vector_math::Expm1(x); });
  CheckVectors("Log1p", [](auto x) { return vector_math::Log1p(x); });
  CheckVectors("ExpOfNegative", [](auto x) { return vector_math::ExpOfNegative(x); });
}

template <typename F, typename G>
void CheckPairs(const char* name, F actual, G expected) {
  for (const float a : kSpecial) {
    for (const float b : kSpecial) {
      for (const float x : {a, -a}) {
        for (const float y : {b, -b}) CheckSame(name, x, y, actual(x, y), expected(x, y));
      }
    }
  }
}

TEST_CASE("special arguments of functions of two numbers") {
  CheckPairs("Pow", vector_math::Pow, [](double x, double y) { return std::pow(x, y); });
  CheckPairs("Atan2", vector_math::Atan2, [](double y, double x) { return std::atan2(y, x); });
}

TEST_CASE("powers are precise") {
  for (float x = 1e-40f; x < 1e38f; x *= 1.93f) {
    for (float y = -40; y < 40; y += 0.37f) {
      CheckSame("Pow", x, y, vector_math::Pow(x, y),
                std::pow(static_cast<double>(x), static_cast<double>(y)));
    }
  }
  CHECK(vector_math::Pow(10, 2) == 100);
  CHECK(vector_math::Pow(-3, 3) == -27);
}

TEST_CASE("the remainder of near quotients is exact") {
  for (float x = 1e-40f; x < 1e38f; x *= 1.73f) {
    for (float quotient = 0.3f; quotient < 1e8f; quotient *= 1.37f) {
      const float y = x / quotient;
      if (!(y > 0) || y > kLargest) continue;
      INFO(x, " by ", y);
      CHECK(vector_math::ModOfNear(x, y) == std::fmod(x, y));
      CHECK(vector_math::ModOfNear(-x, y) == std::fmod(-x, y));
      CHECK(vector_math::ModOfNear(x, -y) == std::fmod(x, -y));
    }
  }
}

TEST_CASE("limits of the number range") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(vector_math::Exp(88.8f) == kInfinity);
  CHECK(vector_math::Exp(-104.0f) == 0);
  CHECK(vector_math::Exp(-100.0f) == doctest::Approx(3.783506e-44).epsilon(0.02));
  CHECK(vector_math::Log(1e-40f) == doctest::Approx(-92.103404));
  CHECK(vector_math::Log(-1e-40f) != vector_math::Log(-1e-40f));
  CHECK(vector_math::Sigmoid(-kInfinity) == 0);
  CHECK(vector_math::Sigmoid(-105.0f) == 0);
  CHECK(vector_math::Sigmoid(-100.0f) == doctest::Approx(3.783506e-44).epsilon(0.02));
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
