// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

// Tests both ops: axes as bools and as a list.
Tensor Reverse(const Tensor& x, const std::vector<int32_t>& axes) {
  const Tensor by_number =
      RunOp("ReverseV2", {}, {x, I32({static_cast<int64_t>(axes.size())}, axes)});
  Tensor flags(DType::kBool, {x.shape().rank()});
  for (uint8_t& flag : flags.mutable_values<uint8_t>()) flag = 0;
  for (const int32_t axis : axes) {
    const int from_front = NormalizeAxis(axis, x.shape().rank());
    flags.mutable_values<uint8_t>()[static_cast<size_t>(from_front)] = 1;
  }
  ExpectTensor(RunOp("Reverse", {}, {x, flags}), by_number);
  return by_number;
}

}  // namespace

TEST_CASE("Reverse and ReverseV2") {
  const Tensor x = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectTensor(Reverse(x, {0}), F32({2, 3}, {4, 5, 6, 1, 2, 3}));
  ExpectTensor(Reverse(x, {-1}), F32({2, 3}, {3, 2, 1, 6, 5, 4}));
  ExpectTensor(Reverse(x, {1, 0}), F32({2, 3}, {6, 5, 4, 3, 2, 1}));
  ExpectTensor(Reverse(x, {}), x);
  ExpectTensor(Reverse(F32({}, {1}), {}), F32({}, {1}));
  ExpectTensor(Reverse(F32({0, 2}, {}), {0}), F32({0, 2}, {}));
  ExpectTensor(Reverse(MakeI32({2, 2, 2}, [](size_t i) { return i; }), {1}),
               I32({2, 2, 2}, {2, 3, 0, 1, 6, 7, 4, 5}));
  ExpectTensor(Reverse(Strings({2}, {"a", "b"}), {0}), Strings({2}, {"b", "a"}));
  ExpectTensor(Reverse(Bool({2}, {1, 0}), {0}), Bool({2}, {0, 1}));
}

TEST_CASE("Reverse refuses bad axes") {
  const Tensor x = F32({2}, {1, 2});
  ExpectError(Code::kShape, [&] { RunOp("ReverseV2", {}, {x, I32({1}, {1})}); });
  ExpectError(Code::kShape, [&] { RunOp("ReverseV2", {}, {x, I32({2}, {0, -1})}); });
  ExpectError(Code::kDType, [&] { RunOp("ReverseV2", {}, {x, Bool({1}, {1})}); });
  ExpectError(Code::kShape, [&] { RunOp("Reverse", {}, {x, Bool({2}, {1, 1})}); });
  ExpectError(Code::kDType, [&] { RunOp("Reverse", {}, {x, I32({1}, {0})}); });
}

}  // namespace tfwasm
