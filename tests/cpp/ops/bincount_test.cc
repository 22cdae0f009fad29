// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Bincount") {
  const auto count = [](const Tensor& x, int size, const Tensor& weights) {
    return RunOp("Bincount", {}, {x, I32({}, {size}), weights});
  };
  const Tensor none = F32({0}, {});
  ExpectTensor(count(I32({5}, {1, 0, 1, 3, 9}), 4, none), F32({4}, {1, 2, 0, 1}));
  ExpectTensor(count(I32({5}, {1, 0, 1, 3, 9}), 4, I32({0}, {})), I32({4}, {1, 2, 0, 1}));
  ExpectTensor(count(I32({2, 2}, {1, 1, 2, 0}), 3, F32({2, 2}, {0.5f, 1, kInf, kNan})),
               F32({3}, {kNan, 1.5f, kInf}));
  ExpectTensor(count(I32({2}, {0, 0}), 1, I32({2}, {kIntMax, 1})), I32({1}, {kIntMin}));
  ExpectTensor(count(I32({0}, {}), 3, none), F32({3}, {0, 0, 0}));
  ExpectTensor(count(I32({2}, {0, 1}), 0, none), F32({0}, {}));
  ExpectError(Code::kInput, [&] { count(I32({1}, {-1}), 3, none); });
  ExpectError(Code::kInput, [&] { count(I32({1}, {1}), -3, none); });
  ExpectError(Code::kShape, [&] { count(I32({2}, {1, 1}), 3, F32({1}, {1})); });
  ExpectError(Code::kDType, [&] { count(F32({1}, {1}), 3, none); });
  ExpectError(Code::kDType, [&] { count(I32({1}, {1}), 3, Bool({0}, {})); });
}

TEST_CASE("DenseBincount") {
  const auto count = [](const Tensor& x, int size, const Tensor& weights, bool is_binary) {
    return RunOp("DenseBincount", {{"binary_output", is_binary}}, {x, I32({}, {size}), weights});
  };
  const Tensor x = I32({2, 3}, {1, 1, 0, 2, 2, 7});
  const Tensor none = F32({0}, {});
  ExpectTensor(count(x, 3, none, false), F32({2, 3}, {1, 2, 0, 0, 0, 2}));
  ExpectTensor(count(x, 3, none, true), F32({2, 3}, {1, 1, 0, 0, 0, 1}));
  ExpectTensor(count(x, 3, F32({2, 3}, {1, 2, 3, 4, 5, 6}), false),
               F32({2, 3}, {3, 3, 0, 0, 0, 9}));
  ExpectTensor(count(I32({2}, {1, 1}), 3, I32({0}, {}), true), I32({3}, {0, 1, 0}));
  ExpectTensor(count(I32({0, 3}, {}), 2, none, false), F32({0, 2}, {}));
  ExpectError(Code::kShape, [&] { count(I32({}, {1}), 3, none, false); });
  ExpectError(Code::kInput, [&] { count(I32({1}, {-1}), 3, none, false); });
}

}  // namespace tfwasm
