// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Print hands its first input on") {
  const Tensor x = F32({2}, {1, kNan});
  ExpectTensor(RunOpMulti("Print", {{"message", "values: "}},
                          {x, x, Strings({1}, {"text"}), I32({5}, {1, 2, 3, 4, 5}), Bool({0}, {}),
                           C64({}, {{1, 2}})})[0],
               x);
  ExpectTensor(RunOpMulti("Print", {{"summarize", -1}}, {x})[0], x);
  ExpectError(Code::kDType,
              [&] { RunOpMulti("Print", {}, {x, Tensor(DType::kVariant, Shape())}); });
}

}  // namespace tfwasm
