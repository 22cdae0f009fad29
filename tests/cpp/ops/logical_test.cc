// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("truth tables") {
  const Tensor a = Bool({4}, {0, 0, 1, 1});
  const Tensor b = Bool({4}, {0, 1, 0, 1});
  ExpectTensor(RunOp("LogicalAnd", {}, {a, b}), Bool({4}, {0, 0, 0, 1}));
  ExpectTensor(RunOp("LogicalOr", {}, {a, b}), Bool({4}, {0, 1, 1, 1}));
  ExpectTensor(RunOp("LogicalXor", {}, {a, b}), Bool({4}, {0, 1, 1, 0}));
  ExpectTensor(RunOp("LogicalNot", {}, {a}), Bool({4}, {1, 1, 0, 0}));
}

TEST_CASE("any byte but 0 is true, and results are 0 or 1") {
  const std::vector<uint8_t> bytes = {0, 1, 2, 255};
  const Tensor odd = Tensor::FromSpan<uint8_t>({4}, bytes);
  const Tensor yes = Bool({}, {1});
  ExpectTensor(RunOp("LogicalAnd", {}, {odd, yes}), Bool({4}, {0, 1, 1, 1}));
  ExpectTensor(RunOp("LogicalXor", {}, {odd, yes}), Bool({4}, {1, 0, 0, 0}));
  ExpectTensor(RunOp("LogicalNot", {}, {odd}), Bool({4}, {1, 0, 0, 0}));
}

TEST_CASE("logic broadcasts and is for bool only") {
  ExpectTensor(RunOp("LogicalOr", {}, {Bool({2, 1}, {0, 1}), Bool({2}, {0, 1})}),
               Bool({2, 2}, {0, 1, 1, 1}));
  ExpectError(Code::kDType, [] { RunOp("LogicalNot", {}, {F32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("LogicalAnd", {}, {I32({1}, {1}), I32({1}, {1})}); });
}

}  // namespace
}  // namespace tfwasm
