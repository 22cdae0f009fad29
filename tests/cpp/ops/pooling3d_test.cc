// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/volume_reference.h"

namespace tfwasm {

namespace {

struct PooledVolumes {
  PooledVolumes(const VolumeCase& c, const Tensor& input)
      : max(MakeF32(c.OutputShape(c.channels), [](size_t) { return -kInf; })),
        mean(MakeF32(c.OutputShape(c.channels), [](size_t) { return 0; })) {
    const auto maxima = max.mutable_values<float>();
    const auto means = mean.mutable_values<float>();
    std::vector<float> counts(maxima.size(), 0.0f);
    ForEachVolumeTap(c, [&](int64_t out, int64_t, int64_t in) {
      for (int64_t channel = 0; channel < c.channels; ++channel) {
        const auto i = static_cast<size_t>(out * c.channels + channel);
        const float x = input.values<float>()[static_cast<size_t>(in * c.channels + channel)];
        maxima[i] = std::max(maxima[i], x);
        means[i] += x;
        counts[i] += 1;
      }
    });
    for (size_t i = 0; i < counts.size(); ++i) means[i] /= std::max(1.0F, counts[i]);
  }

  Tensor max, mean;
};

}  // namespace

TEST_CASE("MaxPool3D and AvgPool3D: random geometries") {
  TestRandom random(12);
  for (int i = 0; i < 80; ++i) {
    VolumeCase c = VolumeCase::Random(random, /*dilated=*/false);
    c.channels = random.Int(1, 9);
    INFO(c.Show());
    // All negative: padding must not count as 0.
    Tensor input = random.Floats(c.InputShape(c.channels));
    for (float& x : input.mutable_values<float>()) x -= 2;
    const PooledVolumes pooled(c, input);
    ExpectOp("MaxPool3D", c.Attrs(), {input}, pooled.max);
    ExpectOp("AvgPool3D", c.Attrs(), {input}, pooled.mean);
  }
}

TEST_CASE("MaxPool3D and AvgPool3D: channels first, int32") {
  VolumeCase c{.batch = 2, .channels = 3, .input = {4, 5, 3}, .size = {2, 3, 2}};
  TestRandom random(13);
  const Tensor input = random.Floats(c.InputShape(3));
  const PooledVolumes pooled(c, input);
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"data_format", "NCDHW"});
  // Strides and sizes are in the order of the format.
  for (TestAttr& attr : attrs) {
    if (attr.name == "ksize") attr.value = std::vector<int64_t>{1, 1, 2, 3, 2};
  }
  ExpectOp("MaxPool3D", attrs, {VolumeToChannelsFirst(input)}, VolumeToChannelsFirst(pooled.max));
  ExpectOp("AvgPool3D", attrs, {VolumeToChannelsFirst(input)}, VolumeToChannelsFirst(pooled.mean));
  ExpectTensor(
      RunOp("MaxPool3D",
            {{"padding", "VALID"}, {"ksize", {1, 2, 1, 2, 1}}, {"strides", {1, 1, 1, 1, 1}}},
            {I32({1, 2, 1, 2, 1}, {-4, -3, -9, -5})}),
      I32({1, 1, 1, 1, 1}, {-3}));
}

TEST_CASE("MaxPool3D and AvgPool3D: windows in the padding, and larger than the input") {
  const TestAttrs attrs{{"ksize", {1, 2, 2, 2, 1}},
                        {"strides", {1, 1, 1, 1, 1}},
                        {"padding", "EXPLICIT"},
                        {"explicit_paddings", {0, 0, 2, 2, 2, 2, 2, 2, 0, 0}}};
  // Only the 8 windows in the middle have the element.
  const auto expected = [](float outside) {
    return MakeF32({1, 4, 4, 4, 1}, [outside](size_t i) {
      const auto is_inner = [](size_t place) { return place % 4 == 1 || place % 4 == 2; };
      return is_inner(i) && is_inner(i / 4) && is_inner(i / 16) ? 1 : outside;
    });
  };
  const Tensor one = F32({1, 1, 1, 1, 1}, {1});
  ExpectOp("AvgPool3D", attrs, {one}, expected(0));
  ExpectOp("MaxPool3D", attrs, {one}, expected(-kInf));
  for (const char* op : {"MaxPool3D", "AvgPool3D"}) {
    ExpectOp(op, {{"padding", "VALID"}, {"ksize", {1, 1, 1, 3, 1}}, {"strides", {1, 1, 1, 1, 1}}},
             {one}, F32({1, 1, 1, 0, 1}, {}));
  }
}

TEST_CASE("MaxPool3D and AvgPool3D: bad input") {
  for (const char* op : {"MaxPool3D", "AvgPool3D"}) {
    const auto pool = [op](const TestAttrs& attrs, const Shape& shape) {
      return RunOp(op, attrs, {MakeF32(shape, [](size_t) { return 1; })});
    };
    const TestAttrs attrs{
        {"padding", "VALID"}, {"ksize", {1, 2, 2, 2, 1}}, {"strides", {1, 1, 1, 1, 1}}};
    ExpectTensor(pool(attrs, {0, 3, 3, 3, 2}), F32({0, 2, 2, 2, 2}, {}));
    ExpectError(Code::kShape, [&] { pool(attrs, {3, 3, 3, 2}); });
    ExpectTensor(pool(attrs, {1, 0, 3, 3, 2}), F32({1, 0, 2, 2, 2}, {}));
    ExpectError(Code::kAttr, [&] {
      pool({{"ksize", {1, 2, 2, 2, 1}}, {"strides", {1, 1, 1, 1, 1}}}, {1, 3, 3, 3, 2});
    });
    ExpectError(Code::kAttr, [&] {
      pool({{"padding", "VALID"}, {"ksize", {1, 2, 2, 2, 2}}, {"strides", {1, 1, 1, 1, 1}}},
           {1, 3, 3, 3, 2});
    });
  }
  ExpectError(Code::kDType, [] {
    RunOp("AvgPool3D",
          {{"padding", "VALID"}, {"ksize", {1, 1, 1, 1, 1}}, {"strides", {1, 1, 1, 1, 1}}},
          {I32({1, 1, 1, 1, 1}, {1})});
  });
}

}  // namespace tfwasm
