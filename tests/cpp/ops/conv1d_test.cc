// SPDX-License-Identifier: Apache-2.0
#include "ops/window_reference.h"

namespace tfwasm {

TEST_CASE("Conv1D: random geometries") {
  TestRandom random(61);
  for (uint32_t i = 0; i < 60; ++i) {
    const int64_t groups = random.Int(0, 3) == 0 ? 2 : 1;
    WindowCase c;
    c.batch = random.Int(1, 2);
    c.channels = groups * random.Int(1, 5);
    c.size_x = random.Int(1, 4);
    c.stride_x = random.Int(1, 3);
    c.dilation_x = random.Int(0, 2) == 0 ? 2 : 1;
    c.width = c.size_x * c.dilation_x + random.Int(0, 8);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    const int64_t outputs = groups * random.Int(1, 6);
    INFO(c.Show(), ", groups ", groups, ", outputs ", outputs);
    const Tensor input = random.Floats({c.batch, 1, c.width, c.channels});
    const Tensor filter = random.Floats({1, c.size_x, c.channels / groups, outputs});
    const Tensor result = ReferenceConv(c, groups, outputs, input, filter);
    ExpectOp("Conv1D",
             {{"stride", c.stride_x}, {"dilation", c.dilation_x}, {"padding", c.padding.c_str()}},
             {input.Reshaped({c.batch, c.width, c.channels}),
              filter.Reshaped({c.size_x, c.channels / groups, outputs})},
             result.Reshaped({c.batch, result.shape()[2], outputs}));
  }
}

TEST_CASE("Conv1D: channels first, explicit padding, empty tensors") {
  const TestAttrs valid{{"padding", "VALID"}, {"stride", 1}, {"data_format", "NCW"}};
  ExpectOp("Conv1D", valid, {F32({1, 2, 3}, {1, 2, 3, 4, 5, 6}), F32({1, 2, 1}, {1, 10})},
           F32({1, 1, 3}, {41, 52, 63}));
  ExpectOp("Conv1D",
           {{"padding", "EXPLICIT"}, {"stride", 1}, {"explicit_paddings", {0, 0, 2, 1, 0, 0}}},
           {F32({1, 2, 1}, {1, 2}), F32({2, 1, 1}, {1, 10})}, F32({1, 4, 1}, {0, 10, 21, 2}));
  ExpectOp("Conv1D", {{"padding", "SAME"}, {"stride", 1}},
           {F32({0, 4, 2}, {}), F32({1, 2, 1}, {1, 10})}, F32({0, 4, 1}, {}));
}

TEST_CASE("Conv1D: bad input") {
  const auto conv = [](const TestAttrs& attrs, const Shape& input, const Shape& filter) {
    RunOp("Conv1D", attrs,
          {MakeF32(input, [](size_t) { return 1; }), MakeF32(filter, [](size_t) { return 1; })});
  };
  const TestAttrs same{{"padding", "SAME"}, {"stride", 1}};
  conv(same, {1, 4, 2}, {3, 2, 5});
  ExpectError(Code::kShape, [&] { conv(same, {1, 4, 4, 2}, {3, 2, 5}); });
  ExpectError(Code::kShape, [&] { conv(same, {1, 4, 2}, {1, 3, 2, 5}); });
  ExpectError(Code::kShape, [&] { conv(same, {1, 4, 3}, {3, 2, 5}); });
  ExpectError(Code::kShape,
              [&] { conv({{"padding", "VALID"}, {"stride", 1}}, {1, 1, 2}, {3, 2, 5}); });
  ExpectError(Code::kAttr, [&] { conv({}, {1, 4, 2}, {3, 2, 5}); });
  for (const int step : {0, -1, 1 << 30}) {
    ExpectError(Code::kAttr,
                [&] { conv({{"padding", "SAME"}, {"stride", step}}, {1, 4, 2}, {3, 2, 5}); });
    ExpectError(Code::kAttr, [&] {
      conv({{"padding", "SAME"}, {"stride", 1}, {"dilation", step}}, {1, 4, 2}, {3, 2, 5});
    });
  }
}

}  // namespace tfwasm
