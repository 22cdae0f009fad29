// SPDX-License-Identifier: Apache-2.0
#include "ops/window_reference.h"

namespace tfwasm {

namespace {

// `c` is the convolution that is transposed: its input is the output of this op.
struct TransposeCase {
  WindowCase c;
  int64_t groups = 1;
  int64_t outputs = 1;  // channels of the convolution's output, this op's input
};

struct TransposeTensors {
  TransposeTensors(const TransposeCase& t, uint32_t seed) {
    const WindowCase& c = t.c;
    TestRandom random(seed);
    const Shape small{c.batch, PlaceRows(c).output, PlaceColumns(c).output, t.outputs};
    const int64_t group_channels = c.channels / t.groups;
    const int64_t group_outputs = t.outputs / t.groups;
    // Drawn first, so that cases that differ only in size have the same filter.
    filter = random.Floats({c.size_y, c.size_x, group_channels, t.outputs});
    images = random.Floats(small);
    size = I32({4}, {static_cast<int32_t>(c.batch), static_cast<int32_t>(c.height),
                     static_cast<int32_t>(c.width), static_cast<int32_t>(c.channels)});
    std::vector<double> sums(static_cast<size_t>(c.batch * c.height * c.width * c.channels), 0.0);
    const auto x = images.values<float>();
    const auto w = filter.values<float>();
    ForEachTap(c, [&](int64_t small_pixel, int64_t tap, int64_t pixel) {
      for (int64_t o = 0; o < t.outputs; ++o) {
        for (int64_t i = 0; i < group_channels; ++i) {
          const int64_t channel = o / group_outputs * group_channels + i;
          sums[static_cast<size_t>(pixel * c.channels + channel)] +=
              double{x[static_cast<size_t>(small_pixel * t.outputs + o)]} *
              double{w[static_cast<size_t>((tap * group_channels + i) * t.outputs + o)]};
        }
      }
    });
    result = MakeF32({c.batch, c.height, c.width, c.channels}, [&](size_t i) { return sums[i]; });
  }

  Tensor images, filter, size, result;
};

TestAttrs TransposeAttrs(const WindowCase& c) {
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"dilations", std::vector<int64_t>{1, c.dilation_y, c.dilation_x, 1}});
  return attrs;
}

TEST_CASE("Conv2DBackpropInput: random geometries") {
  TestRandom random(101);
  for (uint32_t i = 0; i < 80; ++i) {
    TransposeCase t;
    WindowCase& c = t.c;
    t.groups = random.Int(0, 2) == 0 ? random.Int(2, 3) : 1;
    c.batch = random.Int(1, 2);
    c.channels = t.groups * random.Int(1, 9);
    t.outputs = t.groups * random.Int(1, 9);
    c.size_y = random.Int(1, 4);
    c.size_x = random.Int(1, 4);
    c.stride_y = random.Int(1, 3);
    c.stride_x = random.Int(1, 3);
    if (random.Int(0, 3) == 0) c.dilation_y = c.dilation_x = 2;
    c.height = c.size_y * c.dilation_y + random.Int(0, 8);
    c.width = c.size_x * c.dilation_x + random.Int(0, 8);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    if (random.Int(0, 3) == 0) {
      c.padding = "EXPLICIT";
      c.pads = {random.Int(0, 2), random.Int(0, 2), random.Int(0, 2), random.Int(0, 2)};
    }
    INFO(c.Show(), ", groups ", t.groups, ", outputs ", t.outputs);
    const TransposeTensors tensors(t, i + 500);
    ExpectOp("Conv2DBackpropInput", TransposeAttrs(c),
             {tensors.size, tensors.filter, tensors.images}, tensors.result);
  }
}

TEST_CASE("Conv2DBackpropInput: plans for several sizes share the packed filters") {
  std::shared_ptr<NodeState> state;
  for (const int64_t side : {6, 9, 6, 7, 12, 7}) {
    TransposeCase t{{.batch = side % 2 + 1, .height = side, .width = side + 3, .channels = 5}};
    t.c.size_y = t.c.size_x = 3;
    t.c.stride_y = t.c.stride_x = 2;
    t.c.padding = "SAME";
    t.outputs = 4;
    const TransposeTensors tensors(t, 103);
    const Tensor out = EvaluateInGraph(TestNode("Conv2DBackpropInput", TransposeAttrs(t.c)),
                                       {tensors.size, tensors.filter, tensors.images},
                                       {true, true, false}, &state)[0];
    ExpectTensor(out, tensors.result, 1e-5f);
  }
  CHECK(state != nullptr);
}

TEST_CASE("Conv2DBackpropInput: channels first, and a size without batch and channels") {
  TransposeCase t{{.batch = 2,
                   .height = 8,
                   .width = 6,
                   .channels = 3,
                   .size_y = 3,
                   .size_x = 3,
                   .stride_y = 2,
                   .stride_x = 2,
                   .padding = "SAME"},
                  1,
                  4};
  const TransposeTensors tensors(t, 102);
  ExpectOp("Conv2DBackpropInput",
           {{"strides", {1, 1, 2, 2}}, {"padding", "SAME"}, {"data_format", "NCHW"}},
           {I32({4}, {2, 3, 8, 6}), tensors.filter, ToChannelsFirst(tensors.images)},
           ToChannelsFirst(tensors.result));
  ExpectOp("Conv2DBackpropInput", TransposeAttrs(t.c),
           {I32({2}, {8, 6}), tensors.filter, tensors.images}, tensors.result);
}

TEST_CASE("Conv2DBackpropInput: the rest of a larger input is left out") {
  TransposeCase t{
      {.batch = 2, .height = 4, .width = 5, .channels = 3, .size_y = 2, .size_x = 3}, 1, 4};
  const TransposeTensors tensors(t, 103);
  const Shape& small = tensors.images.shape();
  const Shape shape = {2, small[1] + 2, small[2] + 1, 4};
  const Tensor larger = MakeF32(shape, [&](size_t at) {
    const auto i = static_cast<int64_t>(at);
    const int64_t row = i / (4 * shape[2]) % shape[1];
    const int64_t column = i / 4 % shape[2];
    if (row >= small[1] || column >= small[2]) return kNan;
    const int64_t image = i / (4 * shape[2] * shape[1]);
    const int64_t place = ((image * small[1] + row) * small[2] + column) * 4 + i % 4;
    return tensors.images.values<float>()[static_cast<size_t>(place)];
  });
  ExpectOp("Conv2DBackpropInput", TransposeAttrs(t.c), {tensors.size, tensors.filter, larger},
           tensors.result);
}

TEST_CASE("Conv2DBackpropInput: empty and bad arguments") {
  const TestAttrs attrs{{"strides", {1, 2, 2, 1}}, {"padding", "SAME"}};
  const auto run = [&](const Tensor& size, const Shape& filter, const Shape& images) {
    const auto zero = [](size_t) { return 0; };
    return RunOp("Conv2DBackpropInput", attrs,
                 {size, MakeF32(filter, zero), MakeF32(images, zero)});
  };
  ExpectTensor(run(I32({4}, {0, 4, 4, 3}), {3, 3, 3, 2}, {0, 2, 2, 2}), F32({0, 4, 4, 3}, {}));
  const Shape filter{3, 3, 3, 2};
  const Shape images{1, 2, 2, 2};
  ExpectError(Code::kShape, [&] { run(I32({4}, {1, 5, 4, 3}), filter, images); });
  ExpectError(Code::kShape, [&] { run(I32({4}, {2, 4, 4, 3}), filter, images); });
  ExpectError(Code::kShape, [&] { run(I32({4}, {1, 4, -4, 3}), filter, images); });
  ExpectError(Code::kShape, [&] { run(I32({4}, {1, 4, 4, 4}), filter, images); });
  ExpectError(Code::kShape, [&] { run(I32({3}, {4, 4, 3}), filter, images); });
  ExpectError(Code::kShape, [&] { run(I32({4}, {1, 4, 4, 3}), filter, {1, 2, 2, 3}); });
  ExpectError(Code::kDType, [&] {
    RunOp("Conv2DBackpropInput", attrs,
          {F32({2}, {1, 1}), F32({1, 1, 1, 1}, {1}), F32({1, 1, 1, 1}, {1})});
  });
}

}  // namespace

}  // namespace tfwasm
