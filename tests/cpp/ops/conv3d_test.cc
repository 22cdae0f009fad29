// SPDX-License-Identifier: Apache-2.0
#include "ops/volume_reference.h"

namespace tfwasm {

namespace {

struct Conv3dTensors {
  Conv3dTensors(const VolumeCase& c, int64_t outputs, uint32_t seed) {
    TestRandom random(seed);
    // Drawn first, so that cases that differ only in size have the same filter.
    filter = random.Floats({c.size[0], c.size[1], c.size[2], c.channels, outputs});
    input = random.Floats(c.InputShape(c.channels));
    output = random.Floats(c.OutputShape(outputs));
    size = I32({5}, std::vector<int32_t>(input.shape().begin(), input.shape().end()));
    std::vector<double> sums(static_cast<size_t>(output.size()), 0.0);
    std::vector<double> back(static_cast<size_t>(input.size()), 0.0);
    const auto x = input.values<float>();
    const auto y = output.values<float>();
    const auto w = filter.values<float>();
    ForEachVolumeTap(c, [&](int64_t out, int64_t tap, int64_t in) {
      for (int64_t i = 0; i < c.channels; ++i) {
        for (int64_t o = 0; o < outputs; ++o) {
          const auto from = static_cast<size_t>(in * c.channels + i);
          const auto to = static_cast<size_t>(out * outputs + o);
          const double weight = w[static_cast<size_t>((tap * c.channels + i) * outputs + o)];
          sums[to] += x[from] * weight;
          back[from] += y[to] * weight;
        }
      }
    });
    convolved = MakeF32(output.shape(), [&](size_t i) { return sums[i]; });
    transposed = MakeF32(input.shape(), [&](size_t i) { return back[i]; });
  }

  Tensor input, filter, output, size;
  Tensor convolved;   // result of Conv3D on the input
  Tensor transposed;  // result of the transpose on the output
};

void CheckCase(const VolumeCase& c, int64_t outputs, uint32_t seed) {
  INFO(c.Show(), ", outputs ", outputs);
  const Conv3dTensors t(c, outputs, seed);
  ExpectOp("Conv3D", c.Attrs(), {t.input, t.filter}, t.convolved);
  ExpectOp("Conv3DBackpropInputV2", c.Attrs(), {t.size, t.filter, t.output}, t.transposed);
  const auto sizes = t.size.values<int32_t>();
  const Tensor spatial = I32({3}, {sizes[1], sizes[2], sizes[3]});
  ExpectTensor(RunOpOnce("Conv3DBackpropInputV2", c.Attrs(), {spatial, t.filter, t.output})[0],
               t.transposed, 1e-5f);
}

// 3x4x5 volumes of 2 channels and filters of 2x2x2 for 3 channels of output.
VolumeCase Small() { return {.channels = 2, .input = {3, 4, 5}, .size = {2, 2, 2}}; }

}  // namespace

TEST_CASE("Conv3D and its transpose: random geometries") {
  TestRandom random(11);
  for (uint32_t i = 0; i < 80; ++i) {
    VolumeCase c = VolumeCase::Random(random, /*dilated=*/true);
    c.channels = random.Int(1, 9);
    CheckCase(c, random.Int(1, 9), i + 300);
  }
}

TEST_CASE("Conv3D: more planes than are convolved at a time") {
  VolumeCase c{.batch = 2, .channels = 8, .input = {21, 100, 90}, .size = {3, 1, 2}};
  c.padding = "SAME";
  CheckCase(c, 2, 5);
}

TEST_CASE("Conv3D and its transpose: plans for several sizes share the packed filters") {
  std::shared_ptr<NodeState> state;
  std::shared_ptr<NodeState> transposed_state;
  for (const int64_t side : {4, 7, 4, 5, 8}) {
    VolumeCase c{.batch = side % 2 + 1, .channels = 3, .input = {side, side + 1, side}};
    c.size = {3, 3, 2};
    c.stride = {2, 2, 1};
    c.padding = "SAME";
    INFO(c.Show());
    const Conv3dTensors t(c, 4, 77);
    ExpectTensor(EvaluateInGraph(TestNode("Conv3D", c.Attrs()), {t.input, t.filter}, {false, true},
                                 &state)[0],
                 t.convolved, 1e-5f);
    ExpectTensor(
        EvaluateInGraph(TestNode("Conv3DBackpropInputV2", c.Attrs()), {t.size, t.filter, t.output},
                        {false, true, false}, &transposed_state)[0],
        t.transposed, 1e-5f);
  }
}

TEST_CASE("Conv3D and its transpose: channels first") {
  VolumeCase c = Small();
  c.batch = 2;
  const Conv3dTensors t(c, 3, 9);
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"data_format", "NCDHW"});
  ExpectOp("Conv3D", attrs, {VolumeToChannelsFirst(t.input), t.filter},
           VolumeToChannelsFirst(t.convolved));
  ExpectOp("Conv3DBackpropInputV2", attrs,
           {I32({5}, {2, 2, 3, 4, 5}), t.filter, VolumeToChannelsFirst(t.output)},
           VolumeToChannelsFirst(t.transposed));
}

TEST_CASE("Conv3D: empty tensors and bad input") {
  const TestAttrs attrs = Small().Attrs();
  const auto conv = [&](const Shape& input, const Shape& filter) {
    return RunOp(
        "Conv3D", attrs,
        {MakeF32(input, [](size_t) { return 1; }), MakeF32(filter, [](size_t) { return 1; })});
  };
  ExpectTensor(conv({0, 3, 4, 5, 2}, {2, 2, 2, 2, 3}), F32({0, 2, 3, 4, 3}, {}));
  ExpectTensor(conv({1, 3, 4, 5, 2}, {2, 2, 2, 2, 0}), F32({1, 2, 3, 4, 0}, {}));
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 5, 3}, {2, 2, 2, 2, 3}); });
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 5, 0}, {2, 2, 2, 0, 3}); });
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 2}, {2, 2, 2, 2, 3}); });
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 5, 2}, {2, 2, 2, 3}); });
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 5, 2}, {9, 2, 2, 2, 3}); });
  ExpectError(Code::kShape, [&] { conv({1, 3, 4, 5, 2}, {0, 2, 2, 2, 3}); });
  // Huge dimensions in empty tensors.
  const int64_t huge = int64_t{1} << 32;
  ExpectTensor(conv({0, huge, huge, huge, 2}, {1, 1, 1, 2, 3}), F32({0, huge, huge, huge, 3}, {}));
  ExpectError(Code::kAttr, [&] {
    RunOp("Conv3D", {{"padding", "SAME"}, {"strides", {1, 1, 1, 1, 2}}},
          {F32({1, 1, 1, 1, 1}, {1}), F32({1, 1, 1, 1, 1}, {1})});
  });
}

TEST_CASE("Conv3D: what would take too much memory is refused") {
  // 2^14 windows with 2^14 planes each.
  TestAttrs attrs = Small().Attrs();
  ExpectError(Code::kLimit, [&] {
    RunOp("Conv3D", attrs,
          {MakeF32({1, 1 << 15, 1, 1, 1}, [](size_t) { return 1; }),
           MakeF32({1 << 14, 1, 1, 1, 1}, [](size_t) { return 1; })});
  });
  // The filter is as deep as the stride: one phase per plane.
  attrs = {{"padding", "VALID"}, {"strides", std::vector<int64_t>{1, 1 << 14, 1, 1, 1}}};
  const Tensor out =
      RunOp("Conv3DBackpropInputV2", attrs,
            {I32({5}, {1, 200, 1, 1, 1}), MakeF32({200, 1, 1, 1, 1}, [](size_t i) { return i; }),
             F32({1, 1, 1, 1, 1}, {2})});
  ExpectTensor(out, MakeF32({1, 200, 1, 1, 1}, [](size_t i) { return 2 * i; }));
}

TEST_CASE("Conv3DBackpropInputV2: bad input") {
  const TestAttrs attrs = Small().Attrs();
  const Tensor filter = MakeF32({2, 2, 2, 2, 3}, [](size_t) { return 1; });
  const Tensor input = MakeF32({1, 2, 3, 4, 3}, [](size_t) { return 1; });
  const auto transpose = [&](const std::vector<int32_t>& size) {
    RunOp("Conv3DBackpropInputV2", attrs,
          {I32({static_cast<int64_t>(size.size())}, size), filter, input});
  };
  transpose({1, 3, 4, 5, 2});
  transpose({3, 4, 5});
  ExpectError(Code::kShape, [&] { transpose({1, 4, 4, 5, 2}); });
  ExpectError(Code::kShape, [&] { transpose({2, 3, 4, 5, 2}); });
  ExpectError(Code::kShape, [&] { transpose({1, 3, 4, 5, 3}); });
  ExpectError(Code::kShape, [&] { transpose({1, 3, -4, 5, 2}); });
  ExpectError(Code::kShape, [&] { transpose({4, 4, 5}); });
  ExpectError(Code::kShape, [&] { transpose({3, 4, 5, 2}); });
}

}  // namespace tfwasm
