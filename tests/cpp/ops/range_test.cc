// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Range of int32") {
  const auto range = [](int32_t start, int32_t limit, int32_t delta) {
    return RunOp("Range", {}, {I32({}, {start}), I32({}, {limit}), I32({}, {delta})});
  };
  ExpectTensor(range(0, 4, 1), I32({4}, {0, 1, 2, 3}));
  ExpectTensor(range(1, 8, 3), I32({3}, {1, 4, 7}));
  ExpectTensor(range(3, -1, -2), I32({2}, {3, 1}));
  ExpectTensor(range(4, 0, 1), I32({0}, {}));
  ExpectTensor(range(2, 2, -1), I32({0}, {}));
  ExpectTensor(range(kIntMin, kIntMax, kIntMax), I32({3}, {kIntMin, -1, kIntMax - 1}));
  ExpectError(Code::kInput, [&] { range(0, 1, 0); });
}

TEST_CASE("Range of float32") {
  const auto range = [](float start, float limit, float delta) {
    return RunOp("Range", {}, {F32({}, {start}), F32({}, {limit}), F32({}, {delta})});
  };
  ExpectTensor(range(0, 1, 0.25), F32({4}, {0, 0.25, 0.5, 0.75}));
  ExpectTensor(range(1, 0, -0.4f), F32({3}, {1, 0.6f, 0.2f}));
  ExpectTensor(range(1, 0, 0.5), F32({0}, {}));
  ExpectTensor(range(0, 1, kInf), F32({0}, {}));
  for (const float bad : {0.0f, kNan, 1e-30f}) {
    ExpectError(Code::kInput, [&] { range(0, 1, bad); });
  }
  ExpectError(Code::kInput, [&] { range(0, kInf, 1); });
  ExpectError(Code::kInput, [&] { range(kNan, 1, 1); });
}

TEST_CASE("Range refuses bounds of other kinds") {
  const Tensor one = I32({}, {1});
  ExpectError(Code::kDType, [&] { RunOp("Range", {}, {one, F32({}, {1}), one}); });
  ExpectError(Code::kDType,
              [] { RunOp("Range", {}, {Bool({}, {1}), Bool({}, {1}), Bool({}, {1})}); });
  ExpectError(Code::kShape, [&] { RunOp("Range", {}, {one, I32({2}, {1, 2}), one}); });
}

TEST_CASE("LinSpace") {
  const auto space = [](float start, float stop, int32_t count) {
    return RunOp("LinSpace", {}, {F32({}, {start}), F32({}, {stop}), I32({}, {count})});
  };
  ExpectTensor(space(0, 1, 5), F32({5}, {0, 0.25, 0.5, 0.75, 1}));
  ExpectTensor(space(2, -1, 4), F32({4}, {2, 1, 0, -1}));
  ExpectTensor(space(3, 9, 1), F32({1}, {3}));
  CHECK(space(0, 0.3f, 10).values<float>()[9] == 0.3f);
  ExpectError(Code::kInput, [&] { space(0, 1, 0); });
  ExpectError(Code::kInput, [&] { space(0, 1, -5); });
}

}  // namespace tfwasm
