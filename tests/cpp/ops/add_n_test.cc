// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("AddN adds one, two and many tensors") {
  const Tensor a = F32({2}, {1, 2});
  ExpectTensor(RunOp("AddN", {}, {a}), a);
  ExpectTensor(RunOp("AddN", {}, {a, a}), F32({2}, {2, 4}));
  ExpectTensor(RunOp("AddN", {}, std::vector<Tensor>(7, a)), F32({2}, {7, 14}));
  ExpectTensor(RunOp("AddN", {}, {I32({1}, {kIntMax}), I32({1}, {1}), I32({1}, {2})}),
               I32({1}, {kIntMin + 2}));
  ExpectTensor(RunOp("AddN", {}, {C64({}, {{1, 2}}), C64({}, {{3, 4}})}), C64({}, {{4, 6}}));
  ExpectTensor(RunOp("AddN", {}, {F32({0}, {}), F32({0}, {})}), F32({0}, {}));
}

TEST_CASE("AddN of tensors longer than a piece") {
  const Tensor a = MakeF32({5001}, [](size_t i) { return i; });
  const Tensor expected = MakeF32({5001}, [](size_t i) { return 3 * i; });
  ExpectTensor(RunOp("AddN", {}, {a, a, a}), expected);
}

TEST_CASE("AddN refuses tensors that differ") {
  const Tensor a = F32({2}, {1, 2});
  ExpectError(Code::kShape, [&] { RunOp("AddN", {}, {a, F32({}, {1})}); });
  ExpectError(Code::kDType, [&] { RunOp("AddN", {}, {a, I32({2}, {1, 2})}); });
  ExpectError(Code::kDType, [&] { RunOp("AddN", {}, {Bool({}, {1})}); });
  ExpectError(Code::kEdge, [&] { RunOp("AddN", {}, {}); });
}

}  // namespace
}  // namespace tfwasm
