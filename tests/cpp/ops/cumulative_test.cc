// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

struct Case {
  const char* op;
  bool exclusive;
  bool reverse;
  std::vector<float> expected;
};

const Case kCases[] = {
    {"Cumsum", false, false, {1, 3, 6, 10}},   {"Cumsum", true, false, {0, 1, 3, 6}},
    {"Cumsum", false, true, {10, 9, 7, 4}},    {"Cumsum", true, true, {9, 7, 4, 0}},
    {"Cumprod", false, false, {1, 2, 6, 24}},  {"Cumprod", true, false, {1, 1, 2, 6}},
    {"Cumprod", false, true, {24, 24, 12, 4}}, {"Cumprod", true, true, {24, 12, 4, 1}},
};

TEST_CASE("all four directions, for float32 and int32") {
  for (const Case& test : kCases) {
    CAPTURE(test.op);
    const TestAttrs attrs = {{"exclusive", test.exclusive}, {"reverse", test.reverse}};
    ExpectTensor(RunOp(test.op, attrs, {F32({4}, {1, 2, 3, 4}), I32({}, {0})}),
                 F32({4}, test.expected));
    ExpectTensor(RunOp(test.op, attrs, {I32({4}, {1, 2, 3, 4}), I32({}, {0})}),
                 I32({4}, {test.expected.begin(), test.expected.end()}));
  }
}

TEST_CASE("along each axis") {
  const Tensor in = F32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  ExpectTensor(RunOp("Cumsum", {}, {in, I32({}, {0})}), F32({2, 2, 2}, {1, 2, 3, 4, 6, 8, 10, 12}));
  ExpectTensor(RunOp("Cumsum", {}, {in, I32({}, {1})}), F32({2, 2, 2}, {1, 2, 4, 6, 5, 6, 12, 14}));
  ExpectTensor(RunOp("Cumsum", {{"reverse", true}}, {in, I32({}, {-1})}),
               F32({2, 2, 2}, {3, 2, 7, 4, 11, 6, 15, 8}));
  ExpectTensor(RunOp("Cumsum", {}, {F32({0, 2}, {}), I32({}, {0})}), F32({0, 2}, {}));
}

TEST_CASE("along the axis of many columns") {
  for (const bool exclusive : {false, true}) {
    for (const bool reverse : {false, true}) {
      const Tensor in = MakeI32({2, 5, 150}, [](size_t i) { return static_cast<int>(i % 7); });
      const auto x = in.values<int32_t>();
      const Tensor expected = MakeI32({2, 5, 150}, [&](size_t i) {
        const size_t place = i / 150 % 5;
        int total = exclusive ? 0 : x[i];
        if (reverse) {
          for (size_t k = 1; k < 5 - place; ++k) total += x[i + k * 150];
        } else {
          for (size_t k = 1; k <= place; ++k) total += x[i - k * 150];
        }
        return total;
      });
      ExpectTensor(
          RunOp("Cumsum", {{"exclusive", exclusive}, {"reverse", reverse}}, {in, I32({}, {1})}),
          expected);
    }
  }
}

TEST_CASE("what has no axis or no order is refused") {
  ExpectError(Code::kShape, [] { RunOp("Cumsum", {}, {F32({}, {1}), I32({}, {0})}); });
  ExpectError(Code::kShape, [] { RunOp("Cumsum", {}, {F32({1}, {1}), I32({}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Cumprod", {}, {Bool({1}, {1}), I32({}, {0})}); });
  ExpectError(Code::kAttr,
              [] { RunOp("Cumsum", {{"reverse", "yes"}}, {F32({1}, {1}), I32({}, {0})}); });
}

}  // namespace
}  // namespace tfwasm
