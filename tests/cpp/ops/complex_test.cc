// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("complex numbers are made and taken apart") {
  const Tensor in = C64({2}, {{3, -4}, {0, 1}});
  ExpectTensor(RunOp("Complex", {}, {F32({2}, {3, 0}), F32({2}, {-4, 1})}), in);
  ExpectTensor(RunOp("Complex", {}, {F32({}, {3}), F32({2}, {-4, 1})}),
               C64({2}, {{3, -4}, {3, 1}}));
  ExpectTensor(RunOp("Real", {}, {in}), F32({2}, {3, 0}));
  ExpectTensor(RunOp("Imag", {}, {in}), F32({2}, {-4, 1}));
  ExpectTensor(RunOp("Conj", {}, {in}), C64({2}, {{3, 4}, {0, -1}}));
  ExpectTensor(RunOp("ComplexAbs", {}, {in}), F32({2}, {5, 1}));
}

TEST_CASE("the absolute value neither overflows nor vanishes early") {
  ExpectTensor(RunOp("ComplexAbs", {}, {C64({2}, {{3e30f, 4e30f}, {kInf, kNan}})}),
               F32({2}, {5e30f, kInf}));
}

TEST_CASE("complex numbers are divided") {
  for (const char* op : {"Div", "RealDiv"}) {
    ExpectTensor(
        RunOp(op, {}, {C64({2}, {{1, 2}, {1e30f, 0}}), C64({2}, {{3, -4}, {1e30f, 1e30f}})}),
        C64({2}, {{-0.2f, 0.4f}, {0.5f, -0.5f}}));
  }
}

TEST_CASE("parts of real numbers are refused") {
  ExpectError(Code::kDType, [] { RunOp("Real", {}, {F32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("Complex", {}, {I32({1}, {1}), I32({1}, {1})}); });
}

}  // namespace
}  // namespace tfwasm
