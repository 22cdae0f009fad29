// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

struct Case {
  const char* op;
  std::initializer_list<int> floats;  // 1 < 2, 2 < 1, 1 = 1, NaN with NaN, inf with NaN
  std::initializer_list<int> ints;    // 1 < 2, 2 < 1, 1 = 1
  std::initializer_list<int> bools;   // false < true, true < false, true = true
};

const Case kCases[] = {
    {"Equal", {0, 0, 1, 0, 0}, {0, 0, 1}, {0, 0, 1}},
    {"NotEqual", {1, 1, 0, 1, 1}, {1, 1, 0}, {1, 1, 0}},
    {"Less", {1, 0, 0, 0, 0}, {1, 0, 0}, {1, 0, 0}},
    {"LessEqual", {1, 0, 1, 0, 0}, {1, 0, 1}, {1, 0, 1}},
    {"Greater", {0, 1, 0, 0, 0}, {0, 1, 0}, {0, 1, 0}},
    {"GreaterEqual", {0, 1, 1, 0, 0}, {0, 1, 1}, {0, 1, 1}},
};

TEST_CASE("comparisons of every dtype") {
  for (const Case& test : kCases) {
    CAPTURE(test.op);
    ExpectTensor(
        RunOp(test.op, {}, {F32({5}, {1, 2, 1, kNan, kInf}), F32({5}, {2, 1, 1, kNan, kNan})}),
        Bool({5}, test.floats));
    ExpectTensor(RunOp(test.op, {}, {I32({3}, {1, 2, 1}), I32({3}, {2, 1, 1})}),
                 Bool({3}, test.ints));
    ExpectTensor(RunOp(test.op, {}, {Bool({3}, {0, 1, 1}), Bool({3}, {1, 0, 1})}),
                 Bool({3}, test.bools));
  }
}

TEST_CASE("comparisons broadcast, with many elements too") {
  const Tensor a = MakeF32({30, 40}, [](size_t i) { return i; });
  const Tensor less = RunOp("Less", {}, {a, F32({}, {700})});
  for (size_t i = 0; i < 1200; ++i) CHECK(less.values<uint8_t>()[i] == (i < 700 ? 1 : 0));
  ExpectTensor(RunOp("Greater", {}, {I32({2, 1}, {1, 2}), I32({3}, {0, 1, 2})}),
               Bool({2, 3}, {1, 0, 0, 1, 1, 0}));
}

TEST_CASE("strings are ordered by their bytes") {
  const Tensor a = Strings({4}, {"a", "", "b", "\xc3\xa9"});
  const Tensor b = Strings({}, {"a"});
  ExpectTensor(RunOp("Less", {}, {a, b}), Bool({4}, {0, 1, 0, 0}));
  ExpectTensor(RunOp("LessEqual", {}, {a, b}), Bool({4}, {1, 1, 0, 0}));
  ExpectTensor(RunOp("Greater", {}, {a, b}), Bool({4}, {0, 0, 1, 1}));
  ExpectTensor(RunOp("GreaterEqual", {}, {a, b}), Bool({4}, {1, 0, 1, 1}));
}

TEST_CASE("strings and complex numbers can be equal, complex numbers have no order") {
  const Tensor a = Strings({2}, {"cat", ""});
  const Tensor b = Strings({}, {"cat"});
  ExpectTensor(RunOp("Equal", {}, {a, b}), Bool({2}, {1, 0}));
  ExpectTensor(RunOp("NotEqual", {}, {a, b}), Bool({2}, {0, 1}));
  const Tensor c = C64({2}, {{1, 2}, {1, 3}});
  ExpectTensor(RunOp("Equal", {}, {c, C64({}, {{1, 2}})}), Bool({2}, {1, 0}));
  ExpectError(Code::kDType, [&] { RunOp("Less", {}, {c, c}); });
  ExpectError(Code::kDType, [&] { RunOp("Equal", {}, {a, c}); });
  ExpectError(Code::kShape, [&] { RunOp("Equal", {}, {a, Strings({3}, {"", "", ""})}); });
}

}  // namespace
}  // namespace tfwasm
