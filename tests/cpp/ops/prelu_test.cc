// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

TEST_CASE("Prelu: slopes of every broadcast") {
  TestRandom random(61);
  const Shape shape{2, 3, 4, 5};
  const Tensor x = random.Floats(shape);
  const std::vector<Shape> slopes = {{5},          {1},          {},        {1, 1, 5},
                                     {4, 5},       {3, 4, 5},    {3, 1, 1}, {2, 1, 1, 1},
                                     {1, 3, 1, 5}, {2, 3, 4, 5}, {3, 4, 1}};
  for (const Shape& slope_shape : slopes) {
    INFO(slope_shape.ToString());
    const Tensor slope = random.Floats(slope_shape);
    const auto slope_of = [&](int64_t index) {
      int64_t at = 0;
      int64_t stride = 1;
      for (int axis = 3; axis >= 0; --axis) {
        const int own = axis - (4 - slope_shape.rank());
        if (own >= 0) {
          if (slope_shape[own] > 1) at += index % shape[axis] * stride;
          stride *= slope_shape[own];
        }
        index /= shape[axis];
      }
      return slope.values<float>()[static_cast<size_t>(at)];
    };
    ExpectOp("Prelu", {}, {x, slope}, MakeF32(shape, [&](size_t i) {
               const float v = x.values<float>()[i];
               return v < 0 ? v * slope_of(static_cast<int64_t>(i)) : v;
             }));
  }
}

TEST_CASE("Prelu: special values") {
  ExpectOp("Prelu", {}, {F32({4}, {kNan, kInf, -kInf, -0.0f}), F32({1}, {0.5})},
           F32({4}, {kNan, kInf, -kInf, 0}));
}

TEST_CASE("Prelu: empty and bad arguments") {
  ExpectOp("Prelu", {}, {F32({0, 3}, {}), F32({3}, {1, 2, 3})}, F32({0, 3}, {}));
  ExpectError(Code::kShape, [] { RunOp("Prelu", {}, {F32({2}, {1, 2}), F32({3}, {1, 2, 3})}); });
  ExpectError(Code::kShape, [] { RunOp("Prelu", {}, {F32({1}, {1}), F32({1, 2}, {1, 2})}); });
  ExpectError(Code::kDType, [] { RunOp("Prelu", {}, {I32({1}, {1}), I32({1}, {1})}); });
}

}  // namespace

}  // namespace tfwasm
