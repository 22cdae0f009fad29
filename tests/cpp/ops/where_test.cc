// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Where lists the positions of what is true") {
  ExpectTensor(RunOp("Where", {}, {Bool({2, 3}, {0, 1, 0, 1, 0, 1})}),
               I32({3, 2}, {0, 1, 1, 0, 1, 2}));
  ExpectTensor(RunOp("Where", {}, {Bool({2}, {0, 0})}), I32({0, 1}, {}));
  ExpectTensor(RunOp("Where", {}, {Bool({0, 3}, {})}), I32({0, 2}, {}));
  ExpectTensor(RunOp("Where", {}, {Bool({}, {1})}), I32({1, 0}, {}));
  ExpectTensor(RunOp("Where", {}, {F32({4}, {0, -0.0f, kNan, 0.5})}), I32({2, 1}, {2, 3}));
  ExpectTensor(RunOp("Where", {}, {I32({3}, {-1, 0, 7})}), I32({2, 1}, {0, 2}));
  ExpectTensor(RunOp("Where", {}, {C64({2}, {{0, 0}, {0, 1}})}), I32({1, 1}, {1}));
  ExpectError(Code::kDType, [] { RunOp("Where", {}, {Strings({1}, {"a"})}); });
}

}  // namespace tfwasm
