// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor Vector(const std::vector<int32_t>& values) {
  return I32({static_cast<int64_t>(values.size())}, values);
}

Tensor BroadcastTo(const Tensor& x, const std::vector<int32_t>& shape) {
  return RunOp("BroadcastTo", {}, {x, Vector(shape)});
}

}  // namespace

TEST_CASE("BroadcastTo") {
  ExpectTensor(BroadcastTo(F32({2, 1}, {1, 2}), {2, 3}), F32({2, 3}, {1, 1, 1, 2, 2, 2}));
  ExpectTensor(BroadcastTo(F32({2}, {1, 2}), {2, 2}), F32({2, 2}, {1, 2, 1, 2}));
  ExpectTensor(BroadcastTo(F32({}, {7}), {1, 3}), F32({1, 3}, {7, 7, 7}));
  ExpectTensor(BroadcastTo(F32({2}, {1, 2}), {2}), F32({2}, {1, 2}));
  ExpectTensor(BroadcastTo(F32({1}, {1}), {0}), F32({0}, {}));
  ExpectTensor(BroadcastTo(F32({}, {7}), {}), F32({}, {7}));
  ExpectTensor(BroadcastTo(Strings({1}, {"a"}), {2}), Strings({2}, {"a", "a"}));
  ExpectTensor(BroadcastTo(Bool({1}, {1}), {2}), Bool({2}, {1, 1}));
}

TEST_CASE("BroadcastTo refuses shapes that do not fit") {
  const Tensor x = F32({2, 1}, {1, 2});
  for (const std::vector<int32_t>& shape : std::vector<std::vector<int32_t>>{
           {2}, {3, 3}, {1, 1}, {2, -1}, {2, 1, 1, 1, 1, 1, 1, 1, 1}, {kIntMax, 2, kIntMax}}) {
    ExpectError(Code::kShape, [&] { BroadcastTo(x, shape); });
  }
}

TEST_CASE("BroadcastArgs") {
  const auto broadcast = [](const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
    return RunOp("BroadcastArgs", {}, {Vector(a), Vector(b)});
  };
  ExpectTensor(broadcast({2, 1}, {3}), Vector({2, 3}));
  ExpectTensor(broadcast({}, {4}), Vector({4}));
  ExpectTensor(broadcast({}, {}), Vector({}));
  ExpectTensor(broadcast({1, 0}, {5, 1}), Vector({5, 0}));
  ExpectError(Code::kShape, [&] { broadcast({2}, {3}); });
  ExpectError(Code::kShape, [&] { broadcast({-1}, {3}); });
}

}  // namespace tfwasm
