// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("CheckNumerics hands finite numbers on and stops the others") {
  const Tensor fine = F32({3}, {-1, 0, 3e38f});
  ExpectTensor(RunOp("CheckNumerics", {{"message", "loss"}}, {fine}), fine);
  ExpectTensor(RunOp("CheckNumerics", {}, {F32({0}, {})}), F32({0}, {}));
  for (const float bad : {kNan, kInf, -kInf}) {
    ExpectError(Code::kInput, [=] { RunOp("CheckNumerics", {}, {F32({2}, {1, bad})}); });
  }
  ExpectError(Code::kDType, [] { RunOp("CheckNumerics", {}, {I32({1}, {1})}); });
}

}  // namespace tfwasm
