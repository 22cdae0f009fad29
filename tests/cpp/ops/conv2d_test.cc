// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "kernels/thread_pool.h"
#include "ops/window_reference.h"

namespace tfwasm {

namespace {

struct Conv2dCase {
  WindowCase window;
  int64_t groups = 1;
  int64_t outputs = 1;
};

TestAttrs ConvAttrs(const WindowCase& c) {
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"dilations", std::vector<int64_t>{1, c.dilation_y, c.dilation_x, 1}});
  return attrs;
}

struct ConvTensors {
  ConvTensors(const Conv2dCase& c, uint32_t seed) {
    TestRandom random(seed);
    const WindowCase& w = c.window;
    input = random.Floats({w.batch, w.height, w.width, w.channels});
    filter = random.Floats({w.size_y, w.size_x, w.channels / c.groups, c.outputs});
    bias = random.Floats({c.outputs});
    result = ReferenceConv(w, c.groups, c.outputs, input, filter);
  }

  Tensor input, filter, bias, result;
};

Tensor Map(const Tensor& in, const std::function<float(float, size_t)>& fn) {
  const auto values = in.values<float>();
  return MakeF32(in.shape(), [&](size_t i) { return fn(values[i], i); });
}

void CheckConv2d(const Conv2dCase& c, uint32_t seed) {
  INFO(c.window.Show(), ", groups ", c.groups, ", outputs ", c.outputs);
  const ConvTensors t(c, seed);
  ExpectOp("Conv2D", ConvAttrs(c.window), {t.input, t.filter}, t.result);
}

TEST_CASE("Conv2D: chosen geometries") {
  const std::vector<Conv2dCase> cases = {
      {{.height = 5, .width = 4, .channels = 3}, 1, 7},
      {{.batch = 2,
        .height = 6,
        .width = 5,
        .channels = 3,
        .size_y = 3,
        .size_x = 3,
        .padding = "SAME"},
       1,
       8},
      // SAME with an odd sum of padding: the larger part is at the end.
      {{.height = 8,
        .width = 8,
        .channels = 3,
        .size_y = 3,
        .size_x = 3,
        .stride_y = 2,
        .stride_x = 2,
        .padding = "SAME"},
       1,
       5},
      {{.height = 7,
        .width = 9,
        .channels = 2,
        .size_y = 2,
        .size_x = 4,
        .stride_y = 3,
        .stride_x = 2,
        .padding = "SAME"},
       1,
       3},
      {{.height = 9,
        .width = 9,
        .channels = 4,
        .size_y = 1,
        .size_x = 1,
        .stride_y = 2,
        .stride_x = 3,
        .padding = "SAME"},
       1,
       9},
      {{.height = 9,
        .width = 10,
        .channels = 4,
        .size_y = 3,
        .size_x = 3,
        .dilation_y = 2,
        .dilation_x = 3,
        .padding = "SAME"},
       1,
       4},
      {{.height = 9,
        .width = 10,
        .channels = 4,
        .size_y = 3,
        .size_x = 2,
        .stride_y = 2,
        .dilation_x = 2},
       1,
       4},
      {{.height = 4,
        .width = 5,
        .channels = 3,
        .size_y = 3,
        .size_x = 3,
        .padding = "EXPLICIT",
        .pads = {0, 2, 1, 3}},
       1,
       4},
      {{.height = 6, .width = 6, .channels = 8, .size_y = 3, .size_x = 3, .padding = "SAME"},
       4,
       12},
      {{.height = 6, .width = 6, .channels = 6, .size_y = 1, .size_x = 1}, 3, 6},
      // As many groups as channels, and a window larger than the image.
      {{.height = 3, .width = 3, .channels = 5, .size_y = 5, .size_x = 5, .padding = "SAME"}, 5, 5},
      {{.height = 1, .width = 1, .channels = 70}, 1, 33},
  };
  for (const Conv2dCase& c : cases) CheckConv2d(c, 1);
}

TEST_CASE("Conv2D: random geometries") {
  TestRandom random(7);
  for (uint32_t i = 0; i < 60; ++i) {
    Conv2dCase c;
    WindowCase& w = c.window;
    c.groups = random.Int(0, 2) == 0 ? random.Int(2, 4) : 1;
    w.batch = random.Int(1, 2);
    w.channels = c.groups * random.Int(1, 9);
    c.outputs = c.groups * random.Int(1, 40);  // some exceed the width of a GEMM kernel
    w.size_y = random.Int(1, 4);
    w.size_x = random.Int(1, 4);
    w.stride_y = random.Int(1, 3);
    w.stride_x = random.Int(1, 3);
    w.dilation_y = random.Int(1, 2);
    w.dilation_x = random.Int(1, 2);
    w.height = w.size_y * w.dilation_y + random.Int(0, 6);
    w.width = w.size_x * w.dilation_x + random.Int(0, 6);
    w.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    if (random.Int(0, 3) == 0) {
      w.padding = "EXPLICIT";
      w.pads = {random.Int(0, 3), random.Int(0, 3), random.Int(0, 3), random.Int(0, 3)};
    }
    CheckConv2d(c, i + 100);
  }
}

// Enough outputs for JoinedTapsConv. Windows cross one edge, both edges, or are outside of the
// image.
TEST_CASE("Conv2D: windows at the margins of images") {
  uint32_t seed = 1000;
  for (const int64_t size : {2, 3, 5, 16, 17}) {
    for (const int64_t stride : {1, 2, 3}) {
      for (const int64_t width : {1, 2, 5, 16, 30}) {
        for (const int64_t pad : {0, 1, 4, 18}) {
          Conv2dCase c;
          c.outputs = 37;
          c.window = {.batch = 2, .height = 4, .width = width, .channels = 3};
          c.window.size_y = 2;
          c.window.size_x = size;
          c.window.stride_x = stride;
          c.window.dilation_y = 1 + size % 2;
          c.window.padding = pad == 0 ? "SAME" : "EXPLICIT";
          if (pad > 0) c.window.pads = {1, 2, pad, pad - 1};
          if (pad == 0 || width + 2 * pad - 1 >= size) CheckConv2d(c, ++seed);
        }
      }
    }
  }
}

TEST_CASE("Conv2D: channels first") {
  const Conv2dCase c{{.batch = 2,
                      .height = 6,
                      .width = 5,
                      .channels = 3,
                      .size_y = 3,
                      .size_x = 2,
                      .stride_y = 2,
                      .padding = "EXPLICIT",
                      .pads = {1, 0, 2, 1}},
                     1,
                     4};
  const ConvTensors t(c, 3);
  const TestAttrs attrs{{"strides", {1, 1, 2, 1}},
                        {"padding", "EXPLICIT"},
                        {"explicit_paddings", {0, 0, 0, 0, 1, 0, 2, 1}},
                        {"data_format", "NCHW"}};
  ExpectOp("Conv2D", attrs, {ToChannelsFirst(t.input), t.filter}, ToChannelsFirst(t.result));
}

TEST_CASE("_FusedConv2D: every activation") {
  const Conv2dCase c{
      {.height = 6, .width = 7, .channels = 5, .size_y = 3, .size_x = 3, .padding = "SAME"}, 1, 6};
  const ConvTensors t(c, 5);
  const auto bias = t.bias.values<float>();
  const Tensor biased = Map(t.result, [&](float v, size_t i) { return v + bias[i % 6]; });
  struct FusedCase {
    std::vector<std::string> ops;
    std::function<float(float)> expected;
  };
  const std::vector<FusedCase> cases = {
      {{"BiasAdd"}, [](float v) { return v; }},
      {{"biasadd", "relu"}, [](float v) { return std::max(v, 0.0f); }},
      {{"BiasAdd", "Relu6"}, [](float v) { return std::clamp(v, 0.0f, 6.0f); }},
      {{"BiasAdd", "Clamp"}, [](float v) { return std::clamp(v, -0.5f, 0.75f); }},
      {{"BiasAdd", "Elu"}, [](float v) { return v < 0 ? std::expm1(v) : v; }},
      {{"BiasAdd", "LeakyRelu"}, [](float v) { return v < 0 ? 0.1f * v : v; }},
      {{"BiasAdd", "Sigmoid"}, [](float v) { return 1 / (1 + std::exp(-v)); }},
      {{"BiasAdd", "Tanh"}, [](float v) { return std::tanh(v); }},
      {{"BiasAdd", "HardSwish"}, [](float v) { return v * std::clamp(v + 3, 0.0f, 6.0f) / 6; }},
  };
  for (const FusedCase& fused : cases) {
    INFO(fused.ops.back());
    TestAttrs attrs = ConvAttrs(c.window);
    attrs.push_back({"fused_ops", fused.ops});
    attrs.push_back({"clamp_min", -0.5f});
    attrs.push_back({"clamp_max", 0.75f});
    attrs.push_back({"leakyrelu_alpha", 0.1f});
    const Tensor expected = Map(biased, [&](float v, size_t) { return fused.expected(v); });
    ExpectOp("_FusedConv2D", attrs, {t.input, t.filter, t.bias}, expected);
    // Without BiasAdd, only the activation is left.
    if (fused.ops.size() == 1) continue;
    attrs.push_back({"fused_ops", std::vector<std::string>{fused.ops[1]}});
    ExpectOp("_FusedConv2D", attrs, {t.input, t.filter},
             Map(t.result, [&](float v, size_t) { return fused.expected(v); }));
  }
}

TEST_CASE("_FusedConv2D: Prelu with slopes of several shapes") {
  const Conv2dCase c{{.batch = 2, .height = 3, .width = 4, .channels = 3}, 1, 6};
  const ConvTensors t(c, 6);
  TestRandom random(8);
  TestAttrs attrs = ConvAttrs(c.window);
  attrs.push_back({"fused_ops", std::vector<std::string>{"BiasAdd", "Prelu"}});
  const auto bias = t.bias.values<float>();
  for (const Shape& shape : {Shape{6}, Shape{1, 1, 6}, Shape{1}, Shape{3, 4, 6}, Shape{3, 1, 1}}) {
    INFO(shape.ToString());
    const Tensor slopes = random.Floats(shape);
    const auto slope = slopes.values<float>();
    const Tensor expected = Map(t.result, [&](float v, size_t i) {
      v += bias[i % 6];
      const size_t index = shape == Shape{3, 1, 1} ? i / 24 % 3 : i % slope.size();
      return v < 0 ? v * slope[index] : v;
    });
    ExpectOp("_FusedConv2D", attrs, {t.input, t.filter, t.bias, slopes}, expected);
  }
}

TEST_CASE("_FusedConv2D: Prelu with slopes that broadcast to channels first") {
  const Conv2dCase c{{.batch = 2, .height = 3, .width = 4, .channels = 3}, 1, 6};
  const ConvTensors t(c, 7);
  TestRandom random(9);
  const TestAttrs attrs = {{"strides", {1, 1, 1, 1}},
                           {"padding", "VALID"},
                           {"data_format", "NCHW"},
                           {"fused_ops", std::vector<std::string>{"Prelu"}}};
  const Tensor product = ToChannelsFirst(t.result);
  for (const Shape& shape :
       {Shape{6, 1, 1}, Shape{1}, Shape{}, Shape{1, 1, 1}, Shape{6, 3, 4}, Shape{2, 6, 3, 4},
        Shape{2, 1, 1, 1}, Shape{3, 4}, Shape{3, 1}, Shape{6, 1, 4}}) {
    INFO(shape.ToString());
    const Tensor slopes = random.Floats(shape);
    const Tensor expected = RunOp("Prelu", {}, {product, slopes});
    ExpectOp("_FusedConv2D", attrs, {ToChannelsFirst(t.input), t.filter, slopes}, expected);
  }
  // One slope per channel.
  const Tensor slopes = random.Floats({6});
  ExpectOp("_FusedConv2D", attrs, {ToChannelsFirst(t.input), t.filter, slopes},
           RunOp("Prelu", {}, {product, slopes.Reshaped({6, 1, 1})}));
}

TEST_CASE("Conv2D: plans for several sizes share one packed filter") {
  const Node node = TestNode("Conv2D", {{"strides", {1, 1, 1, 1}}, {"padding", "SAME"}});
  std::shared_ptr<NodeState> state;
  const void* packed = nullptr;
  TestRandom random(9);
  const Tensor filter = random.Floats({3, 3, 4, 8});
  for (const int64_t side : {5, 16, 5, 9, 9, 16}) {
    WindowCase w{.batch = side % 2 + 1, .height = side, .width = side + 1, .channels = 4};
    w.size_y = w.size_x = 3;
    w.padding = "SAME";
    const Tensor input = random.Floats({w.batch, w.height, w.width, w.channels});
    const Tensor out = EvaluateInGraph(node, {input, filter}, {false, true}, &state)[0];
    ExpectTensor(out, ReferenceConv(w, 1, 8, input, filter), 1e-5f);
    if (packed != nullptr) CHECK(state.get() == packed);
    packed = state.get();
  }
  CHECK(packed != nullptr);
}

TEST_CASE("Conv2D: the bias alone may be variable") {
  const Conv2dCase c{{.height = 4, .width = 4, .channels = 3}, 1, 5};
  const ConvTensors t(c, 10);
  TestAttrs attrs = ConvAttrs(c.window);
  attrs.push_back({"fused_ops", std::vector<std::string>{"BiasAdd"}});
  std::shared_ptr<NodeState> state;
  const Tensor out = EvaluateInGraph(TestNode("_FusedConv2D", attrs), {t.input, t.filter, t.bias},
                                     {false, true, false}, &state)[0];
  const auto bias = t.bias.values<float>();
  ExpectTensor(out, Map(t.result, [&](float v, size_t i) { return v + bias[i % 5]; }), 1e-5f);
}

TEST_CASE("Conv2D: threads give the same result") {
  const Conv2dCase c{
      {.height = 40, .width = 41, .channels = 16, .size_y = 3, .size_x = 3, .padding = "SAME"},
      1,
      24};
  SetThreadCount(3);
  CheckConv2d(c, 11);
  SetThreadCount(1);
  CheckConv2d(c, 11);
}

TEST_CASE("Conv2D: empty batches and outputs") {
  const TestAttrs attrs{{"strides", {1, 1, 1, 1}}, {"padding", "VALID"}};
  const Tensor filter = F32({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectOp("Conv2D", attrs, {F32({0, 2, 2, 2}, {}), filter}, F32({0, 2, 2, 3}, {}));
  ExpectOp("Conv2D", attrs, {F32({1, 0, 2, 2}, {}), filter}, F32({1, 0, 2, 3}, {}));
  ExpectOp("Conv2D", attrs, {F32({1, 1, 1, 2}, {1, 2}), F32({1, 1, 2, 0}, {})},
           F32({1, 1, 1, 0}, {}));
}

struct BadConv {
  Code code;
  TestAttrs attrs;
  Shape input = {1, 4, 4, 4};
  Shape filter = {3, 3, 4, 2};
};

TEST_CASE("Conv2D: bad arguments") {
  const TestAttr ones("strides", {1, 1, 1, 1});
  const TestAttr valid("padding", "VALID");
  const std::vector<BadConv> cases = {
      {Code::kAttr, {ones}},
      {Code::kAttr, {ones, {"padding", "CIRCULAR"}}},
      {Code::kAttr, {ones, {"padding", "EXPLICIT"}}},
      {Code::kAttr,
       {ones, {"padding", "EXPLICIT"}, {"explicit_paddings", {0, 0, -1, 0, 0, 0, 0, 0}}}},
      {Code::kAttr,
       {ones, {"padding", "EXPLICIT"}, {"explicit_paddings", {0, 0, 1, 0, 0, 0, 1, 0}}}},
      {Code::kAttr, {{"strides", {1, 0, 1, 1}}, valid}},
      {Code::kAttr, {{"strides", {1, 1, 1}}, valid}},
      {Code::kAttr, {{"strides", {2, 1, 1, 1}}, valid}},
      {Code::kAttr, {ones, valid, {"dilations", {1, -1, 1, 1}}}},
      {Code::kAttr, {ones, valid, {"data_format", "HWNC"}}},
      {Code::kShape, {ones, valid}, {4, 4, 4}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 5}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 8}, {3, 3, 4, 3}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 4}, {9, 3, 4, 2}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 4}, {3, 3, 0, 2}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 4}, {0, 3, 4, 2}},
      {Code::kShape, {ones, valid}, {1, 4, 4, 4}, {3, 4, 2}},
      {Code::kLimit, {ones, {"padding", "SAME"}, {"dilations", {1, 1 << 24, 1 << 24, 1}}}},
      {Code::kEdge, {ones, valid, {"fused_ops", std::vector<std::string>{"FusedBatchNorm"}}}},
      {Code::kOp, {ones, valid, {"fused_ops", std::vector<std::string>{"Relu", "BiasAdd"}}}},
      {Code::kEdge, {ones, valid, {"fused_ops", std::vector<std::string>{"BiasAdd"}}}},
      {Code::kAttr,
       {ones,
        valid,
        {"fused_ops", std::vector<std::string>{"Clamp"}},
        {"clamp_min", 1.0f},
        {"clamp_max", 0.0f}}},
  };
  for (const BadConv& c : cases) {
    const auto index = &c - cases.data();
    INFO("case ", index);
    ExpectError(c.code, [&] {
      RunOp("_FusedConv2D", c.attrs,
            {Tensor(DType::kFloat32, c.input), Tensor(DType::kFloat32, c.filter)});
    });
  }
  ExpectError(Code::kDType, [&] {
    RunOp("Conv2D", {ones, valid}, {I32({1, 1, 1, 1}, {1}), F32({1, 1, 1, 1}, {1})});
  });
  ExpectError(Code::kShape, [&] {
    RunOp("_FusedConv2D", {ones, valid, {"fused_ops", std::vector<std::string>{"BiasAdd"}}},
          {F32({1, 1, 1, 1}, {1}), F32({1, 1, 1, 2}, {1, 2}), F32({3}, {1, 2, 3})});
  });
}

TEST_CASE("_FusedConv2D: batch normalization") {
  TestRandom random(23);
  WindowCase c{.batch = 2, .height = 5, .width = 6, .channels = 3};
  c.size_y = c.size_x = 3;
  c.padding = "SAME";
  const Tensor input = random.Floats({2, 5, 6, 3});
  const Tensor filter = random.Floats({3, 3, 3, 4});
  const Tensor scale = random.Floats({4});
  const Tensor offset = random.Floats({4});
  const Tensor mean = random.Floats({4});
  const Tensor variance = Map(random.Floats({4}), [](float x, size_t) { return x * x; });
  const Tensor conv = ReferenceConv(c, 1, 4, input, filter);
  const Tensor result = Map(conv, [&](float x, size_t i) {
    const auto at = [&](const Tensor& statistic) { return statistic.values<float>()[i % 4]; };
    const float y = (x - at(mean)) / std::sqrt(at(variance) + 0.01f) * at(scale) + at(offset);
    return std::max(y, 0.0f);
  });
  TestAttrs attrs = ConvAttrs(c);
  attrs.push_back({"fused_ops", std::vector<std::string>{"FusedBatchNorm", "Relu"}});
  attrs.push_back({"epsilon", 0.01f});
  const std::vector<Tensor> inputs{input, filter, scale, offset, mean, variance};
  ExpectOp("_FusedConv2D", attrs, inputs, result);
  std::shared_ptr<NodeState> state;
  for (int run = 0; run < 2; ++run) {
    ExpectTensor(EvaluateInGraph(TestNode("_FusedConv2D", attrs), inputs,
                                 {false, true, true, true, true, true}, &state)[0],
                 result, 1e-5f);
  }
  ExpectError(Code::kEdge, [&] { RunOp("_FusedConv2D", attrs, {input, filter, scale, offset}); });
  ExpectError(Code::kShape, [&] {
    RunOp("_FusedConv2D", attrs, {input, filter, scale, offset, mean, F32({1}, {1})});
  });
}

}  // namespace

}  // namespace tfwasm
