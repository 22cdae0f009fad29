// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Fill") {
  const Tensor dims = I32({2}, {1, 2});
  ExpectTensor(RunOp("Fill", {}, {dims, F32({}, {2.5})}), F32({1, 2}, {2.5, 2.5}));
  ExpectTensor(RunOp("Fill", {}, {dims, I32({}, {-3})}), I32({1, 2}, {-3, -3}));
  ExpectTensor(RunOp("Fill", {}, {dims, Bool({}, {1})}), Bool({1, 2}, {1, 1}));
  ExpectTensor(RunOp("Fill", {}, {dims, Strings({}, {"a"})}), Strings({1, 2}, {"a", "a"}));
  ExpectTensor(RunOp("Fill", {}, {I32({0}, {}), F32({}, {1})}), F32({}, {1}));
  ExpectTensor(RunOp("Fill", {}, {I32({1}, {0}), F32({}, {1})}), F32({0}, {}));
}

TEST_CASE("Fill refuses shapes that cannot be") {
  const Tensor value = F32({}, {1});
  ExpectError(Code::kShape, [&] { RunOp("Fill", {}, {I32({1}, {-1}), value}); });
  ExpectError(Code::kShape, [&] { RunOp("Fill", {}, {I32({2}, {kIntMax, kIntMax}), value}); });
  ExpectError(Code::kShape, [&] { RunOp("Fill", {}, {I32({1, 1}, {1}), value}); });
  ExpectError(Code::kShape, [&] { RunOp("Fill", {}, {I32({1}, {1}), F32({2}, {1, 2})}); });
  ExpectError(Code::kDType, [&] { RunOp("Fill", {}, {F32({1}, {1}), value}); });
}

TEST_CASE("Zeros and Ones take their dtype from T") {
  const Tensor dims = I32({1}, {2});
  ExpectTensor(RunOp("Zeros", {}, {dims}), F32({2}, {0, 0}));
  ExpectTensor(RunOp("Zeros", {{"T", DType::kString}}, {dims}), Strings({2}, {"", ""}));
  ExpectTensor(RunOp("Ones", {{"T", DType::kInt32}}, {dims}), I32({2}, {1, 1}));
  ExpectError(Code::kDType, [&] { RunOp("Zeros", {{"T", DType::kInvalid}}, {dims}); });
}

TEST_CASE("ZerosLike and OnesLike") {
  ExpectTensor(RunOp("ZerosLike", {}, {F32({2}, {1, kNan})}), F32({2}, {0, 0}));
  ExpectTensor(RunOp("ZerosLike", {}, {Strings({1}, {"a"})}), Strings({1}, {""}));
  ExpectTensor(RunOp("ZerosLike", {}, {C64({1}, {{1, 2}})}), C64({1}, {{0, 0}}));
  ExpectTensor(RunOp("OnesLike", {}, {I32({1, 2}, {5, 6})}), I32({1, 2}, {1, 1}));
  ExpectTensor(RunOp("OnesLike", {}, {Bool({2}, {1, 0})}), Bool({2}, {1, 1}));
  ExpectTensor(RunOp("OnesLike", {}, {C64({1}, {{3, 4}})}), C64({1}, {{1, 0}}));
  ExpectTensor(RunOp("OnesLike", {}, {F32({0}, {})}), F32({0}, {}));
  ExpectError(Code::kDType, [] { RunOp("OnesLike", {}, {Strings({1}, {"a"})}); });
}

}  // namespace tfwasm
