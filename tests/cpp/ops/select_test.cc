// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("both select among tensors of one shape, of every dtype") {
  const Tensor condition = Bool({3}, {1, 0, 1});
  for (const char* op : {"Select", "SelectV2"}) {
    CAPTURE(op);
    ExpectTensor(RunOp(op, {}, {condition, F32({3}, {1, 2, kNan}), F32({3}, {4, 5, 6})}),
                 F32({3}, {1, 5, kNan}));
    ExpectTensor(RunOp(op, {}, {condition, I32({3}, {1, 2, 3}), I32({3}, {4, 5, 6})}),
                 I32({3}, {1, 5, 3}));
    ExpectTensor(RunOp(op, {}, {condition, Bool({3}, {1, 1, 1}), Bool({3}, {0, 0, 0})}),
                 Bool({3}, {1, 0, 1}));
    ExpectTensor(
        RunOp(op, {}, {condition, Strings({3}, {"a", "b", "c"}), Strings({3}, {"x", "y", "z"})}),
        Strings({3}, {"a", "y", "c"}));
    ExpectTensor(
        RunOp(op, {},
              {condition, C64({3}, {{1, 1}, {2, 2}, {3, 3}}), C64({3}, {{4, 4}, {5, 5}, {6, 6}})}),
        C64({3}, {{1, 1}, {5, 5}, {3, 3}}));
  }
}

TEST_CASE("many elements") {
  Tensor condition(DType::kBool, {1000});
  for (size_t i = 0; i < 1000; ++i) condition.mutable_values<uint8_t>()[i] = i % 3 == 0;
  const Tensor a = MakeF32({1000}, [](size_t i) { return i; });
  const Tensor expected = MakeF32({1000}, [](size_t i) { return i % 3 == 0 ? i : 0; });
  ExpectTensor(RunOp("SelectV2", {}, {condition, a, F32({}, {0})}), expected);
}

TEST_CASE("SelectV2 broadcasts all three") {
  ExpectTensor(RunOp("SelectV2", {}, {Bool({2, 1}, {1, 0}), F32({2}, {1, 2}), F32({}, {9})}),
               F32({2, 2}, {1, 2, 9, 9}));
  ExpectTensor(RunOp("SelectV2", {}, {Bool({2}, {1, 0}), F32({2, 1}, {1, 2}), F32({}, {9})}),
               F32({2, 2}, {1, 9, 2, 9}));
  ExpectError(Code::kShape, [] {
    RunOp("SelectV2", {}, {Bool({3}, {1, 0, 1}), F32({2}, {1, 2}), F32({2}, {3, 4})});
  });
}

TEST_CASE("Select takes a scalar or one condition a row") {
  const Tensor a = F32({2, 2}, {1, 2, 3, 4});
  const Tensor b = F32({2, 2}, {5, 6, 7, 8});
  ExpectTensor(RunOp("Select", {}, {Bool({}, {0}), a, b}), b);
  ExpectTensor(RunOp("Select", {}, {Bool({2}, {1, 0}), a, b}), F32({2, 2}, {1, 2, 7, 8}));
  ExpectError(Code::kShape, [&] { RunOp("Select", {}, {Bool({3}, {1, 0, 1}), a, b}); });
  ExpectError(Code::kShape, [&] { RunOp("Select", {}, {Bool({}, {1}), a, F32({}, {1})}); });
}

TEST_CASE("dtypes are checked") {
  const Tensor a = F32({1}, {1});
  for (const char* op : {"Select", "SelectV2"}) {
    ExpectError(Code::kDType, [&] { RunOp(op, {}, {a, a, a}); });
    ExpectError(Code::kDType, [&] { RunOp(op, {}, {Bool({1}, {1}), a, I32({1}, {1})}); });
  }
}

}  // namespace
}  // namespace tfwasm
