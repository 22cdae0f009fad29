// SPDX-License-Identifier: Apache-2.0
#include "ops/window_reference.h"

namespace tfwasm {

TEST_CASE("MaxPoolWithArgmax: random geometries") {
  TestRandom random(71);
  for (int i = 0; i < 40; ++i) {
    WindowCase c;
    c.batch = random.Int(1, 3);
    c.channels = random.Int(1, 20);
    c.size_y = random.Int(1, 4);
    c.size_x = random.Int(1, 4);
    c.stride_y = random.Int(1, 3);
    c.stride_x = random.Int(1, 3);
    c.height = c.size_y + random.Int(0, 6);
    c.width = c.size_x + random.Int(0, 6);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    const bool with_batch = random.Int(0, 1) == 0;
    INFO(c.Show(), ", with batch ", with_batch);
    Tensor input = random.Floats({c.batch, c.height, c.width, c.channels});
    for (float& x : input.mutable_values<float>()) x -= 2;  // zero padding would be the maximum
    const Shape shape{c.batch, PlaceRows(c).output, PlaceColumns(c).output, c.channels};
    Tensor max = MakeF32(shape, [](size_t) { return -kInf; });
    Tensor argmax = MakeI32(shape, [](size_t) { return -1; });
    ForEachTap(c, [&](int64_t out_pixel, int64_t, int64_t in_pixel) {
      for (int64_t channel = 0; channel < c.channels; ++channel) {
        const auto to = static_cast<size_t>(out_pixel * c.channels + channel);
        const int64_t from = in_pixel * c.channels + channel;
        const float x = input.values<float>()[static_cast<size_t>(from)];
        if (x <= max.values<float>()[to]) continue;
        max.mutable_values<float>()[to] = x;
        const int64_t image = c.height * c.width * c.channels;
        argmax.mutable_values<int32_t>()[to] =
            static_cast<int32_t>(with_batch ? from : from % image);
      }
    });
    TestAttrs attrs = c.Attrs();
    attrs.push_back({"ksize", std::vector<int64_t>{1, c.size_y, c.size_x, 1}});
    attrs.push_back({"include_batch_in_index", with_batch});
    const auto outputs = RunOpMulti("MaxPoolWithArgmax", attrs, {input});
    REQUIRE(outputs.size() == 2);
    ExpectTensor(outputs[0], max, 0);
    ExpectTensor(outputs[1], argmax);
  }
}

TEST_CASE("MaxPoolWithArgmax: int32, ties, infinities and bad input") {
  const TestAttrs attrs{{"padding", "VALID"}, {"ksize", {1, 1, 3, 1}}, {"strides", {1, 1, 1, 1}}};
  const auto pool = [&](const Tensor& x) { return RunOpMulti("MaxPoolWithArgmax", attrs, {x}); };
  auto outputs = pool(I32({1, 1, 4, 1}, {kIntMin, kIntMin, kIntMin, kIntMax}));
  ExpectTensor(outputs[0], I32({1, 1, 2, 1}, {kIntMin, kIntMax}));
  ExpectTensor(outputs[1], I32({1, 1, 2, 1}, {0, 3}));
  outputs = pool(F32({1, 1, 3, 1}, {-kInf, -kInf, -kInf}));
  ExpectTensor(outputs[0], F32({1, 1, 1, 1}, {-kInf}));
  ExpectTensor(outputs[1], I32({1, 1, 1, 1}, {0}));
  // Like MaxPool.
  outputs = pool(F32({1, 1, 5, 1}, {kNan, 1, kNan, kNan, kNan}));
  ExpectTensor(outputs[0], F32({1, 1, 3, 1}, {1, 1, -kInf}));
  ExpectTensor(outputs[1], I32({1, 1, 3, 1}, {1, 1, 2}));
  outputs = RunOpMulti("MaxPoolWithArgmax",
                       {{"ksize", {1, 1, 2, 1}},
                        {"strides", {1, 1, 1, 1}},
                        {"padding", "EXPLICIT"},
                        {"explicit_paddings", {0, 0, 0, 0, 2, 0, 0, 0}}},
                       {F32({1, 1, 2, 1}, {5, 7})});
  ExpectTensor(outputs[0], F32({1, 1, 3, 1}, {-kInf, 5, 7}));
  ExpectTensor(outputs[1], I32({1, 1, 3, 1}, {-1, 0, 1}));
  outputs = pool(F32({0, 1, 3, 2}, {}));
  ExpectTensor(outputs[1], I32({0, 1, 1, 2}, {}));
  ExpectError(Code::kShape, [&] { pool(F32({1, 3, 1}, {1, 2, 3})); });
  ExpectError(Code::kDType, [&] { pool(Bool({1, 1, 1, 1}, {1})); });
  ExpectError(Code::kAttr, [] {
    RunOpMulti("MaxPoolWithArgmax",
               {{"padding", "VALID"},
                {"ksize", {1, 1, 1, 1}},
                {"strides", {1, 1, 1, 1}},
                {"data_format", "NCHW"}},
               {F32({1, 1, 1, 1}, {1})});
  });
}

}  // namespace tfwasm
