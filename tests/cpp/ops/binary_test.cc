// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

struct FloatCase {
  const char* op;
  std::vector<float> a;
  std::vector<float> b;
  std::vector<float> expected;
};

const FloatCase kFloats[] = {
    {"Add", {1, kInf, kNan}, {2, -kInf, 0}, {3, kNan, kNan}},
    {"AddV2", {1}, {2}, {3}},
    {"Sub", {1, kInf}, {2, 1}, {-1, kInf}},
    {"Mul", {3, 0}, {-2, kInf}, {-6, kNan}},
    {"MulNoNan", {3, kInf, kNan}, {-2, 0, 0}, {-6, 0, 0}},
    {"Div", {7, -7, 1, 0}, {2, 2, 0, 0}, {3.5f, -3.5f, kInf, kNan}},
    {"RealDiv", {7, 1}, {-2, -0.0f}, {-3.5f, -kInf}},
    {"DivNoNan", {7, 1, 0, kNan}, {2, 0, 0, 0}, {3.5f, 0, 0, 0}},
    {"FloorDiv", {7, -7, 7, 1}, {2, 2, -2, 0}, {3, -4, -4, kInf}},
    {"FloorMod", {7, -7, 7, -7, 5.5f, 6}, {3, 3, -3, -3, 2, 3}, {1, 2, -2, -1, 1.5f, 0}},
    {"Mod", {7, -7, 7, -7}, {3, 3, -3, -3}, {1, -1, 1, -1}},
    {"TruncateMod", {-7}, {3}, {-1}},
    // Large quotients, infinite divisors, and 0.
    {"Mod",
     {1e30f, 9, -1e30f, 5, -5, 7, kNan},
     {7, 4, 0.3f, kInf, -kInf, 0, 1},
     {std::fmod(1e30f, 7.0f), 1, std::fmod(-1e30f, 0.3f), 5, -5, kNan, kNan}},
    {"FloorMod",
     {1e30f, 9, -1e30f, 5, 7},
     {-7, 4, -0.3f, kInf, 0},
     {std::fmod(1e30f, 7.0f) - 7, 1, std::fmod(-1e30f, 0.3f), 5, kNan}},
    {"Maximum", {1, kNan, 1, -kInf}, {2, 1, kNan, kInf}, {2, kNan, kNan, kInf}},
    {"Minimum", {1, kNan, 1, -kInf}, {2, 1, kNan, kInf}, {1, kNan, kNan, -kInf}},
    {"Pow", {2, 4, -2, 0, -8}, {10, 0.5f, 3, 0, 0.5f}, {1024, 2, -8, 1, kNan}},
    {"SquaredDifference", {1, -2}, {4, 3}, {9, 25}},
    {"Atan2", {1, -1, 0}, {1, -1, -1}, {0.78539816f, -2.35619449f, 3.14159265f}},
    {"Xdivy", {0, 6, 0}, {0, 3, kNan}, {0, 2, 0}},
    {"Xlogy", {0, 2}, {0, 1}, {0, 0}},
};

TEST_CASE("float arithmetic") {
  for (const FloatCase& test : kFloats) {
    CAPTURE(test.op);
    const auto count = static_cast<int64_t>(test.a.size());
    ExpectTensor(RunOp(test.op, {}, {F32({count}, test.a), F32({count}, test.b)}),
                 F32({count}, test.expected));
    // Long enough for the SIMD path.
    const auto repeat = [&](const std::vector<float>& values) {
      return MakeF32({50, count}, [&](size_t i) { return values[i % values.size()]; });
    };
    ExpectTensor(RunOp(test.op, {}, {repeat(test.a), repeat(test.b)}), repeat(test.expected));
  }
}

struct IntCase {
  const char* op;
  std::vector<int32_t> a;
  std::vector<int32_t> b;
  std::vector<int32_t> expected;
};

const IntCase kInts[] = {
    {"Add", {1, kIntMax}, {2, 1}, {3, kIntMin}},
    {"Sub", {1, kIntMin}, {2, 1}, {-1, kIntMax}},
    {"Mul", {3, 65536, kIntMin}, {-2, 65536, -1}, {-6, 0, kIntMin}},
    {"Div", {7, -7, 7, 1, kIntMin}, {2, 2, -2, 0, -1}, {3, -3, -3, 0, kIntMin}},
    {"TruncateDiv", {-7, 5}, {2, 0}, {-3, 0}},
    {"RealDiv", {7, -7, 5}, {2, 2, 0}, {3, -4, 0}},
    {"FloorDiv", {7, -7, 7, -6, 5, kIntMin}, {2, 2, -2, 2, 0, -1}, {3, -4, -4, -3, 0, kIntMin}},
    {"FloorMod", {7, -7, 7, -7, 5, kIntMin}, {3, 3, -3, -3, 0, -1}, {1, 2, -2, -1, 0, 0}},
    {"Mod", {7, -7, 7, -7, 5}, {3, 3, -3, -3, 0}, {1, -1, 1, -1, 0}},
    {"Maximum", {1, -5}, {2, -6}, {2, -5}},
    {"Minimum", {1, -5}, {2, -6}, {1, -6}},
    {"Pow",
     {2, -3, 2, 1, -1, 0, 2, 7},
     {10, 3, -1, -5, -3, 0, 32, 0},
     {1024, -27, 0, 1, -1, 1, 0, 1}},
    {"SquaredDifference", {1, -2, kIntMin}, {4, 3, 1}, {9, 25, 1}},
    {"BitwiseAnd", {12, -1}, {10, 7}, {8, 7}},
    {"BitwiseOr", {12, -1}, {10, 7}, {14, -1}},
    {"BitwiseXor", {12, -1}, {10, 7}, {6, -8}},
};

TEST_CASE("integer arithmetic wraps around and never traps") {
  for (const IntCase& test : kInts) {
    CAPTURE(test.op);
    const auto count = static_cast<int64_t>(test.a.size());
    ExpectTensor(RunOp(test.op, {}, {I32({count}, test.a), I32({count}, test.b)}),
                 I32({count}, test.expected));
    const auto repeat = [&](const std::vector<int32_t>& values) {
      return MakeI32({50, count}, [&](size_t i) { return values[i % values.size()]; });
    };
    ExpectTensor(RunOp(test.op, {}, {repeat(test.a), repeat(test.b)}), repeat(test.expected));
  }
}

TEST_CASE("complex arithmetic") {
  const Tensor a = C64({2}, {{1, 2}, {3, 0}});
  const Tensor b = C64({2}, {{3, -1}, {0, 2}});
  ExpectTensor(RunOp("Add", {}, {a, b}), C64({2}, {{4, 1}, {3, 2}}));
  ExpectTensor(RunOp("Sub", {}, {a, b}), C64({2}, {{-2, 3}, {3, -2}}));
  ExpectTensor(RunOp("Mul", {}, {a, b}), C64({2}, {{5, 5}, {0, 6}}));
  ExpectTensor(RunOp("RealDiv", {}, {a, b}), C64({2}, {{0.1f, 0.7f}, {0, -1.5f}}));
}

// The element of `tensor` that broadcasts to `index` of `shape`, by definition.
float Broadcast(const Tensor& tensor, const Shape& shape, int64_t index) {
  int64_t offset = 0;
  int64_t stride = 1;
  for (int back = 1; back <= tensor.shape().rank(); ++back) {
    const int64_t dim = tensor.shape()[tensor.shape().rank() - back];
    const int64_t out_dim = shape[shape.rank() - back];
    if (dim != 1) offset += index % out_dim * stride;
    index /= out_dim;
    stride *= dim;
  }
  return tensor.values<float>()[static_cast<size_t>(offset)];
}

TEST_CASE("broadcasting follows its definition for all kinds of shapes") {
  const Shape pairs[][2] = {
      {{}, {}},
      {{}, {5}},
      {{100}, {}},
      {{100}, {1}},
      {{4, 1}, {1, 5}},
      {{40, 3}, {3}},
      {{3}, {40, 3}},
      {{2, 3, 40}, {2, 1, 40}},
      {{2, 3, 40}, {3, 1}},
      {{2, 1, 4}, {3, 1}},
      {{1, 20, 20, 3}, {3}},
      {{3}, {131, 3}},
      {{131, 64}, {64}},
      {{131, 65}, {65}},
      {{2, 20, 5, 3}, {2, 1, 1, 3}},
      {{2, 1, 5, 1}, {1, 20, 1, 3}},
      {{2, 2, 1, 2, 1, 2, 1, 2}, {2, 1, 3, 1, 2, 1, 3, 1}},
      {{2, 2, 2, 2, 2, 2, 2, 2}, {2, 1, 2, 1, 2, 1, 2, 1}},
      {{1, 1, 1}, {17}},
      {{7, 1}, {64}},
      {{7, 64}, {7, 1}},
      {{300, 64}, {300, 1}},
      {{300, 200}, {300, 1}},
      {{3, 70, 40}, {70, 1}},
      {{3, 1, 40}, {3, 70, 1}},
      {{0, 3}, {1, 3}},
      {{2, 0}, {1}},
      {{1}, {0}},
  };
  for (const auto& [a_shape, b_shape] : pairs) {
    CAPTURE(a_shape.ToString());
    CAPTURE(b_shape.ToString());
    const Shape shape = BroadcastShapes(a_shape, b_shape);
    const Tensor a = MakeF32(a_shape, [](size_t i) { return i + 1; });
    const Tensor b = MakeF32(b_shape, [](size_t i) { return 1000 * (i + 1); });
    const Tensor expected = MakeF32(shape, [&](size_t i) {
      const auto index = static_cast<int64_t>(i);
      return Broadcast(a, shape, index) - Broadcast(b, shape, index);
    });
    ExpectTensor(RunOp("Sub", {}, {a, b}), expected);
  }
}

TEST_CASE("powers with a constant exponent") {
  const Tensor in = MakeF32({40}, [](size_t i) { return static_cast<float>(i) / 4 - 5; });
  const auto x = in.values<float>();
  const auto cube = [&](size_t i) { return x[i] * x[i] * x[i]; };
  ExpectTensor(RunOpMulti("Pow", {}, {in, F32({}, {2})})[0], RunOp("Square", {}, {in}));
  ExpectTensor(RunOpMulti("Pow", {}, {in, F32({1}, {3})})[0], MakeF32({40}, cube), 2e-6f);
  // A scalar base is broadcast, not squared.
  ExpectTensor(RunOpMulti("Pow", {}, {F32({}, {3}), F32({2, 1}, {2, 2})})[0], F32({2, 1}, {9, 9}));
  ExpectTensor(RunOpMulti("Pow", {}, {F32({}, {3}), F32({1, 1}, {2})})[0], F32({1, 1}, {9}));
}

TEST_CASE("inputs that do not fit are refused") {
  ExpectError(Code::kShape, [] { RunOp("Add", {}, {F32({2}, {1, 2}), F32({3}, {1, 2, 3})}); });
  ExpectError(Code::kDType, [] { RunOp("Add", {}, {F32({1}, {1}), I32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Mul", {}, {Bool({1}, {1}), Bool({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Atan2", {}, {I32({1}, {1}), I32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Add", {}, {Strings({}, {"a"}), Strings({}, {"b"})}); });
  ExpectError(Code::kEdge, [] { RunOp("Add", {}, {F32({1}, {1})}); });
}

}  // namespace
}  // namespace tfwasm
