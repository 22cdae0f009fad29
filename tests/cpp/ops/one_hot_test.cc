// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor OneHot(const Tensor& indices, int32_t depth, int axis, const Tensor& on, const Tensor& off) {
  return RunOp("OneHot", {{"axis", axis}}, {indices, I32({}, {depth}), on, off});
}

}  // namespace

TEST_CASE("OneHot") {
  const Tensor on = F32({}, {5});
  const Tensor off = F32({}, {1});
  const Tensor indices = I32({2}, {2, 0});
  ExpectTensor(OneHot(indices, 3, -1, on, off), F32({2, 3}, {1, 1, 5, 5, 1, 1}));
  ExpectTensor(OneHot(indices, 3, 0, on, off), F32({3, 2}, {1, 5, 1, 1, 5, 1}));
  ExpectTensor(OneHot(I32({}, {1}), 2, -1, on, off), F32({2}, {1, 5}));
  ExpectTensor(OneHot(I32({2, 2}, {0, 1, 1, 0}), 2, 1, on, off),
               F32({2, 2, 2}, {5, 1, 1, 5, 1, 5, 5, 1}));
  ExpectTensor(OneHot(I32({3}, {-1, 2, kIntMax}), 2, -1, on, off), F32({3, 2}, {1, 1, 1, 1, 1, 1}));
  ExpectTensor(OneHot(indices, 0, -1, on, off), F32({2, 0}, {}));
  ExpectTensor(OneHot(I32({0}, {}), 2, -1, on, off), F32({0, 2}, {}));
}

TEST_CASE("OneHot of every dtype") {
  const Tensor index = I32({1}, {1});
  ExpectTensor(OneHot(index, 2, -1, I32({}, {1}), I32({}, {0})), I32({1, 2}, {0, 1}));
  ExpectTensor(OneHot(index, 2, -1, Bool({}, {1}), Bool({}, {0})), Bool({1, 2}, {0, 1}));
  ExpectTensor(OneHot(index, 2, -1, Strings({}, {"on"}), Strings({}, {"off"})),
               Strings({1, 2}, {"off", "on"}));
}

TEST_CASE("OneHot refuses what does not fit") {
  const Tensor on = F32({}, {1});
  const Tensor index = I32({1}, {1});
  ExpectError(Code::kShape, [&] { OneHot(index, -1, -1, on, on); });
  ExpectError(Code::kShape, [&] { OneHot(index, 2, 2, on, on); });
  ExpectError(Code::kDType, [&] { OneHot(index, 2, -1, on, I32({}, {0})); });
  ExpectError(Code::kDType, [&] { OneHot(F32({1}, {1}), 2, -1, on, on); });
  ExpectError(Code::kShape, [&] { OneHot(index, 2, -1, on, F32({2}, {0, 0})); });
  const Tensor many = MakeI32({8}, [](size_t i) { return i; });
  ExpectError(Code::kShape, [&] { OneHot(many, kIntMax, -1, on, on); });
}

}  // namespace tfwasm
