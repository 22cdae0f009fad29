// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/window_reference.h"

namespace tfwasm {

TEST_CASE("Dilation2D: random geometries") {
  TestRandom random(81);
  for (int i = 0; i < 40; ++i) {
    WindowCase c;
    c.batch = random.Int(1, 2);
    c.channels = random.Int(1, 20);
    c.size_y = random.Int(1, 4);
    c.size_x = random.Int(1, 4);
    c.stride_y = random.Int(1, 3);
    c.stride_x = random.Int(1, 3);
    c.dilation_y = random.Int(1, 2);
    c.dilation_x = random.Int(1, 3);
    c.height = c.size_y * c.dilation_y + random.Int(0, 6);
    c.width = c.size_x * c.dilation_x + random.Int(0, 6);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    INFO(c.Show());
    Tensor input = random.Floats({c.batch, c.height, c.width, c.channels});
    for (float& x : input.mutable_values<float>()) x -= 3;
    const Tensor filter = random.Floats({c.size_y, c.size_x, c.channels});
    Tensor result = MakeF32({c.batch, PlaceRows(c).output, PlaceColumns(c).output, c.channels},
                            [](size_t) { return -kInf; });
    ForEachTap(c, [&](int64_t out_pixel, int64_t tap, int64_t in_pixel) {
      for (int64_t channel = 0; channel < c.channels; ++channel) {
        const auto at = [&](int64_t place) {
          return static_cast<size_t>(place * c.channels + channel);
        };
        float& max = result.mutable_values<float>()[at(out_pixel)];
        max = std::max(max, input.values<float>()[at(in_pixel)] + filter.values<float>()[at(tap)]);
      }
    });
    TestAttrs attrs = c.Attrs();
    attrs.push_back({"rates", std::vector<int64_t>{1, c.dilation_y, c.dilation_x, 1}});
    ExpectOp("Dilation2D", attrs, {input, filter}, result, 0);
  }
}

TEST_CASE("Dilation2D: int32, infinities and bad input") {
  const TestAttr strides("strides", {1, 1, 1, 1});
  const TestAttrs attrs{{"padding", "VALID"}, strides, {"rates", {1, 1, 1, 1}}};
  const auto dilate = [&](const Tensor& x, const Tensor& filter) {
    return RunOp("Dilation2D", attrs, {x, filter});
  };
  ExpectTensor(dilate(I32({1, 1, 2, 1}, {kIntMax, -7}), I32({1, 1, 1}, {1})),
               I32({1, 1, 2, 1}, {kIntMin, -6}));
  ExpectTensor(dilate(F32({1, 1, 1, 1}, {-kInf}), F32({1, 1, 1}, {1})), F32({1, 1, 1, 1}, {-kInf}));
  ExpectTensor(dilate(F32({0, 2, 2, 1}, {}), F32({1, 1, 1}, {1})), F32({0, 2, 2, 1}, {}));
  const Tensor x = F32({1, 1, 1, 1}, {1});
  ExpectError(Code::kShape, [&] { dilate(x, F32({1, 1, 2}, {1, 2})); });
  ExpectError(Code::kShape, [&] { dilate(x, F32({1, 1, 1, 1}, {1})); });
  ExpectError(Code::kShape, [&] { dilate(F32({1, 1, 1}, {1}), F32({1, 1, 1}, {1})); });
  ExpectError(Code::kDType, [&] { dilate(x, I32({1, 1, 1}, {1})); });
  ExpectError(Code::kAttr, [&] {
    RunOp("Dilation2D", {{"padding", "VALID"}, strides, {"rates", {1, 0, 1, 1}}},
          {x, F32({1, 1, 1}, {1})});
  });
}

}  // namespace tfwasm
