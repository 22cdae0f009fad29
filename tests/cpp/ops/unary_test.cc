// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "ops/op_test.h"

namespace tfwasm {
namespace {

struct FunctionCase {
  const char* op;
  double (*expected)(double);
  double low;
  double high;
};

const FunctionCase kFunctions[] = {
    {"Abs", [](double x) { return std::abs(x); }, -4, 4},
    {"Acos", [](double x) { return std::acos(x); }, -1, 1},
    {"Acosh", [](double x) { return std::acosh(x); }, 1, 50},
    {"Asin", [](double x) { return std::asin(x); }, -1, 1},
    {"Asinh", [](double x) { return std::asinh(x); }, -50, 50},
    {"Atan", [](double x) { return std::atan(x); }, -50, 50},
    {"Atanh", [](double x) { return std::atanh(x); }, -0.99, 0.99},
    {"Ceil", [](double x) { return std::ceil(x); }, -4, 4},
    {"Cos", [](double x) { return std::cos(x); }, -20, 20},
    {"Cosh", [](double x) { return std::cosh(x); }, -10, 10},
    {"Elu", [](double x) { return x < 0 ? std::expm1(x) : x; }, -20, 5},
    {"Erf", [](double x) { return std::erf(x); }, -5, 5},
    {"Exp", [](double x) { return std::exp(x); }, -80, 80},
    {"Expm1", [](double x) { return std::expm1(x); }, -10, 10},
    {"Floor", [](double x) { return std::floor(x); }, -4, 4},
    {"Inv", [](double x) { return 1 / x; }, 0.1, 9},
    {"LeakyRelu", [](double x) { return x < 0 ? 0.2 * x : x; }, -5, 5},
    {"Log", [](double x) { return std::log(x); }, 1e-6, 1000},
    {"Log1p", [](double x) { return std::log1p(x); }, -0.9, 100},
    {"Neg", [](double x) { return -x; }, -4, 4},
    {"Reciprocal", [](double x) { return 1 / x; }, -9, -0.1},
    {"Relu", [](double x) { return std::max(x, 0.0); }, -9, 9},
    {"Relu6", [](double x) { return std::min(std::max(x, 0.0), 6.0); }, -9, 9},
    {"Rint", [](double x) { return std::nearbyint(x); }, -9, 9},
    {"Round", [](double x) { return std::nearbyint(x); }, -9, 9},
    {"Rsqrt", [](double x) { return 1 / std::sqrt(x); }, 0.1, 100},
    {"Selu",
     [](double x) { return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x); },
     -10, 10},
    {"Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, -40, 40},
    {"Sign", [](double x) { return x > 0   ? 1.0
                                   : x < 0 ? -1.0
                                           : 0.0; }, -2, 2},
    {"Sin", [](double x) { return std::sin(x); }, -20, 20},
    {"Sinh", [](double x) { return std::sinh(x); }, -10, 10},
    {"Softplus", [](double x) { return std::log1p(std::exp(x)); }, -40, 40},
    {"Softsign", [](double x) { return x / (1 + std::abs(x)); }, -40, 40},
    {"Sqrt", [](double x) { return std::sqrt(x); }, 0, 100},
    {"Square", [](double x) { return x * x; }, -9, 9},
    {"Tan", [](double x) { return std::tan(x); }, -1.5, 1.5},
    {"Tanh", [](double x) { return std::tanh(x); }, -10, 10},
};

TEST_CASE("float functions agree with the C library in double, for few and many elements") {
  for (const FunctionCase& test : kFunctions) {
    CAPTURE(test.op);
    for (const int64_t size : {1, 3, 31, 64, 1000}) {
      const Tensor in = MakeF32({size}, [&](size_t i) {
        return test.low + (test.high - test.low) * static_cast<double>(i) /
                              static_cast<double>(std::max<int64_t>(1, size - 1));
      });
      const auto x = in.values<float>();
      const Tensor expected =
          MakeF32({size}, [&](size_t i) { return test.expected(static_cast<double>(x[i])); });
      ExpectTensor(RunOp(test.op, {}, {in}), expected, 1e-6f);
    }
  }
}

struct SpecialCase {
  const char* op;
  std::vector<float> in;
  std::vector<float> expected;
};

const SpecialCase kSpecials[] = {
    {"Abs", {kNan, -kInf, -0.0f}, {kNan, kInf, 0}},
    {"Acosh", {0.5f}, {kNan}},
    {"Ceil", {kNan, kInf, -0.5f}, {kNan, kInf, -0.0f}},
    {"Elu", {kNan, -kNan, kInf, -kInf, 0}, {kNan, kNan, kInf, -1, 0}},
    {"Erf", {kNan, kInf, -kInf}, {kNan, 1, -1}},
    {"Exp", {kNan, kInf, -kInf, 89, -200, 0}, {kNan, kInf, 0, kInf, 0, 1}},
    {"Floor", {kNan, -kInf, -0.5f}, {kNan, -kInf, -1}},
    {"LeakyRelu", {kNan, -kInf, kInf}, {kNan, -kInf, kInf}},
    {"Log", {kNan, kInf, -kInf, 0, -1, 1}, {kNan, kInf, kNan, -kInf, kNan, 0}},
    {"Reciprocal", {0, kInf, kNan}, {kInf, 0, kNan}},
    {"Relu", {kNan, -kNan, kInf, -kInf}, {kNan, kNan, kInf, 0}},
    {"Relu6", {kNan, kInf, -kInf}, {kNan, 6, 0}},
    {"Round", {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, kNan, kInf}, {0, 2, 2, 0, -2, kNan, kInf}},
    {"Rsqrt", {0, -1, kInf, kNan}, {kInf, kNan, 0, kNan}},
    {"Sigmoid", {kNan, kInf, -kInf}, {kNan, 1, 0}},
    {"Sign", {kNan, kInf, -kInf, 0}, {kNan, 1, -1, 0}},
    {"Softplus", {kNan, kInf, -kInf, 100}, {kNan, kInf, 0, 100}},
    {"Sqrt", {-1, kInf, kNan}, {kNan, kInf, kNan}},
    {"Tanh", {kNan, kInf, -kInf}, {kNan, 1, -1}},
};

TEST_CASE("NaN and infinities, for few and many elements") {
  for (const SpecialCase& test : kSpecials) {
    CAPTURE(test.op);
    const auto count = static_cast<int64_t>(test.in.size());
    ExpectTensor(RunOp(test.op, {}, {F32({count}, test.in)}), F32({count}, test.expected));
    // Long enough for the SIMD path.
    constexpr int64_t kTimes = 100;
    const auto at = [&](size_t i) { return i % test.in.size(); };
    const Tensor in = MakeF32({kTimes, count}, [&](size_t i) { return test.in[at(i)]; });
    const Tensor out = MakeF32({kTimes, count}, [&](size_t i) { return test.expected[at(i)]; });
    ExpectTensor(RunOp(test.op, {}, {in}), out);
  }
}

TEST_CASE("small results keep their relative precision") {
  const std::vector<float> tiny = {1e-3f, -1e-3f, 1e-6f, -1e-6f, 1e-20f, 1e-38f};
  const Tensor in = F32({6}, tiny);
  for (const char* op : {"Tanh", "Elu", "Expm1", "Log1p", "Sin", "Asinh"}) {
    CAPTURE(op);
    const Tensor out = RunOp(op, {}, {in});
    for (size_t i = 0; i < tiny.size(); ++i) {
      CHECK(std::abs(out.values<float>()[i] / tiny[i] - 1) < 6e-4f);
    }
  }
  const Tensor erf = RunOp("Erf", {}, {in});
  CHECK(std::abs(erf.values<float>()[4] / 1.1283792e-20f - 1) < 1e-6f);
}

TEST_CASE("integers") {
  struct Case {
    const char* op;
    std::vector<int32_t> expected;
  };
  const Tensor in = I32({5}, {-7, 0, 3, kIntMin, 100000});
  const Case cases[] = {
      {"Abs", {7, 0, 3, kIntMin, 100000}},
      {"Neg", {7, 0, -3, kIntMin, -100000}},
      {"Sign", {-1, 0, 1, -1, 1}},
      {"Square", {49, 0, 9, 0, 1410065408}},
      {"Relu", {0, 0, 3, 0, 100000}},
      {"Relu6", {0, 0, 3, 0, 6}},
      {"Round", {-7, 0, 3, kIntMin, 100000}},
      {"Reciprocal", {0, 0, 0, 0, 0}},
      {"Invert", {6, -1, -4, kIntMax, -100001}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.op);
    ExpectTensor(RunOp(test.op, {}, {in}), I32({5}, test.expected));
  }
}

TEST_CASE("tests for NaN and infinity give bool") {
  const Tensor in = F32({2, 3}, {0, kNan, kInf, -kInf, -kNan, 3e38f});
  ExpectTensor(RunOp("IsNan", {}, {in}), Bool({2, 3}, {0, 1, 0, 0, 1, 0}));
  ExpectTensor(RunOp("IsInf", {}, {in}), Bool({2, 3}, {0, 0, 1, 1, 0, 0}));
  ExpectTensor(RunOp("IsFinite", {}, {in}), Bool({2, 3}, {1, 0, 0, 0, 0, 1}));
}

TEST_CASE("attributes, shapes and dtypes") {
  ExpectTensor(RunOp("LeakyRelu", {{"alpha", 0.5}}, {F32({2}, {-2, 2})}), F32({2}, {-1, 2}));
  ExpectTensor(RunOp("Step", {{"alpha", 0.5}}, {F32({4}, {-2, 0, 3, kNan})}),
               F32({4}, {0.5f, 0.5f, 1, kNan}));
  ExpectTensor(RunOp("Step", {}, {F32({2}, {-kInf, kInf})}), F32({2}, {0, 1}));
  const Tensor ints = I32({3}, {-2, 0, kIntMax});
  ExpectTensor(RunOp("Step", {}, {ints}), I32({3}, {0, 0, 1}));
  ExpectTensor(RunOp("Step", {{"alpha", -2.5}}, {ints}), I32({3}, {-2, -2, 1}));
  ExpectTensor(RunOp("Step", {{"alpha", 1e30}}, {ints}), I32({3}, {2147483520, 2147483520, 1}));
  for (const char* op : {"Floor", "Ceil", "Round"}) ExpectTensor(RunOp(op, {}, {ints}), ints);
  ExpectTensor(RunOp("Neg", {}, {C64({1}, {{1, -2}})}), C64({1}, {{-1, 2}}));
  ExpectTensor(RunOp("Exp", {}, {F32({}, {0})}), F32({}, {1}));
  ExpectTensor(RunOp("Tanh", {}, {F32({0, 3}, {})}), F32({0, 3}, {}));
  ExpectError(Code::kAttr, [] { RunOp("LeakyRelu", {{"alpha", "x"}}, {F32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Exp", {}, {I32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("LeakyRelu", {}, {I32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Abs", {}, {Bool({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Sigmoid", {}, {Strings({1}, {"a"})}); });
  ExpectError(Code::kEdge, [] { RunOp("Exp", {}, {F32({1}, {1}), F32({1}, {1})}); });
}

}  // namespace
}  // namespace tfwasm
