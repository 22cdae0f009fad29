// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/window_reference.h"

namespace tfwasm {

namespace {

TestAttrs DepthwiseAttrs(const WindowCase& c) {
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"dilations", std::vector<int64_t>{1, c.dilation_y, c.dilation_x, 1}});
  return attrs;
}

void CheckDepthwise(const WindowCase& c, int64_t multiplier, uint32_t seed) {
  INFO(c.Show(), ", multiplier ", multiplier);
  TestRandom random(seed);
  const Tensor input = random.Floats({c.batch, c.height, c.width, c.channels});
  const Tensor filter = random.Floats({c.size_y, c.size_x, c.channels, multiplier});
  const Tensor expected = ReferenceConv(c, c.channels, c.channels * multiplier, input, filter);
  ExpectOp("DepthwiseConv2dNative", DepthwiseAttrs(c), {input, filter}, expected);
}

TEST_CASE("DepthwiseConv2dNative: geometries") {
  TestRandom random(21);
  for (uint32_t i = 0; i < 60; ++i) {
    WindowCase c;
    c.batch = random.Int(1, 2);
    c.channels = random.Int(1, 20);
    // XNNPACK has special cases for 3x3 and 5x5.
    c.size_y = random.Int(0, 1) == 0 ? 2 * random.Int(1, 2) + 1 : random.Int(1, 7);
    c.size_x = random.Int(0, 1) == 0 ? c.size_y : random.Int(1, 7);
    c.stride_y = random.Int(1, 3);
    c.stride_x = random.Int(1, 3);
    c.dilation_y = random.Int(1, 2);
    c.dilation_x = random.Int(1, 2);
    c.height = c.size_y * c.dilation_y + random.Int(0, 8);
    c.width = c.size_x * c.dilation_x + random.Int(0, 8);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    if (random.Int(0, 3) == 0) {
      c.padding = "EXPLICIT";
      c.pads = {random.Int(0, 2), random.Int(0, 2), random.Int(0, 2), random.Int(0, 2)};
    }
    CheckDepthwise(c, random.Int(0, 2) == 0 ? random.Int(2, 20) : 1, i + 300);
  }
}

TEST_CASE("FusedDepthwiseConv2dNative: bias and activation") {
  TestRandom random(22);
  WindowCase c{.height = 7,
               .width = 6,
               .channels = 5,
               .size_y = 3,
               .size_x = 3,
               .stride_y = 2,
               .stride_x = 2};
  c.padding = "SAME";
  const Tensor input = random.Floats({1, 7, 6, 5});
  const Tensor filter = random.Floats({3, 3, 5, 1});
  const Tensor bias = random.Floats({5});
  Tensor expected = ReferenceConv(c, 5, 5, input, filter);
  for (size_t i = 0; i < static_cast<size_t>(expected.size()); ++i) {
    float& value = expected.mutable_values<float>()[i];
    value = std::clamp(value + bias.values<float>()[i % 5], 0.0f, 6.0f);
  }
  TestAttrs attrs = DepthwiseAttrs(c);
  attrs.push_back({"fused_ops", std::vector<std::string>{"BiasAdd", "Relu6"}});
  ExpectOp("FusedDepthwiseConv2dNative", attrs, {input, filter, bias}, expected);
}

TEST_CASE("DepthwiseConv2dNative: channels first") {
  TestRandom random(23);
  WindowCase c{.batch = 2, .height = 5, .width = 6, .channels = 3, .size_y = 3, .size_x = 3};
  c.padding = "SAME";
  const Tensor input = random.Floats({2, 5, 6, 3});
  const Tensor filter = random.Floats({3, 3, 3, 2});
  ExpectOp("DepthwiseConv2dNative",
           {{"strides", {1, 1, 1, 1}}, {"padding", "SAME"}, {"data_format", "NCHW"}},
           {ToChannelsFirst(input), filter},
           ToChannelsFirst(ReferenceConv(c, 3, 6, input, filter)));
}

TEST_CASE("DepthwiseConv2dNative: empty and bad arguments") {
  const TestAttrs attrs{{"strides", {1, 1, 1, 1}}, {"padding", "VALID"}};
  ExpectOp("DepthwiseConv2dNative", attrs, {F32({0, 2, 2, 1}, {}), F32({1, 1, 1, 2}, {1, 2})},
           F32({0, 2, 2, 2}, {}));
  ExpectOp("DepthwiseConv2dNative", attrs, {F32({1, 1, 1, 0}, {}), F32({1, 1, 0, 2}, {})},
           F32({1, 1, 1, 0}, {}));
  ExpectError(Code::kShape, [&] {
    RunOp("DepthwiseConv2dNative", attrs,
          {F32({1, 1, 1, 2}, {1, 2}), F32({1, 1, 3, 1}, {1, 2, 3})});
  });
  ExpectError(Code::kDType, [&] {
    RunOp("DepthwiseConv2dNative", attrs, {F32({1, 1, 1, 1}, {1}), I32({1, 1, 1, 1}, {1})});
  });
}

}  // namespace

}  // namespace tfwasm
