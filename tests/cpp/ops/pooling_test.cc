// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/window_reference.h"

namespace tfwasm {

namespace {

TestAttrs PoolAttrs(const WindowCase& c) {
  TestAttrs attrs = c.Attrs();
  attrs.push_back({"ksize", std::vector<int64_t>{1, c.size_y, c.size_x, 1}});
  return attrs;
}

struct Pooled {
  Tensor max;
  Tensor mean;
};

Pooled ReferencePool(const WindowCase& c, const Tensor& input) {
  const Shape shape{c.batch, PlaceRows(c).output, PlaceColumns(c).output, c.channels};
  Pooled pooled{MakeF32(shape, [](size_t) { return -kInf; }),
                MakeF32(shape, [](size_t) { return 0; })};
  std::vector<int> counts(static_cast<size_t>(pooled.max.size()), 0);
  const auto max = pooled.max.mutable_values<float>();
  const auto mean = pooled.mean.mutable_values<float>();
  ForEachTap(c, [&](int64_t out_pixel, int64_t, int64_t in_pixel) {
    for (int64_t channel = 0; channel < c.channels; ++channel) {
      const auto i = static_cast<size_t>(out_pixel * c.channels + channel);
      const float x = input.values<float>()[static_cast<size_t>(in_pixel * c.channels + channel)];
      max[i] = std::max(max[i], x);
      mean[i] += x;
      ++counts[i];
    }
  });
  for (size_t i = 0; i < counts.size(); ++i) mean[i] /= static_cast<float>(std::max(1, counts[i]));
  return pooled;
}

TEST_CASE("MaxPool and AvgPool: random geometries") {
  TestRandom random(41);
  for (int i = 0; i < 60; ++i) {
    WindowCase c;
    c.batch = random.Int(1, 2);
    c.channels = random.Int(1, 40);
    c.size_y = random.Int(1, 5);
    c.size_x = random.Int(1, 5);
    c.stride_y = random.Int(1, 4);
    c.stride_x = random.Int(1, 4);
    c.height = c.size_y + random.Int(0, 8);
    c.width = c.size_x + random.Int(0, 8);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    if (random.Int(0, 3) == 0) {
      c.padding = "EXPLICIT";
      // With more padding than this, some windows have only padding.
      const int y = static_cast<int>(c.size_y) - 1 + random.Int(0, 1) * random.Int(1, 9);
      const int x = static_cast<int>(c.size_x) - 1 + random.Int(0, 1) * random.Int(1, 9);
      c.pads = {random.Int(0, y), random.Int(0, y), random.Int(0, x), random.Int(0, x)};
    }
    INFO(c.Show());
    // All negative, so that padding must not count as zero.
    const Tensor input = MakeF32({c.batch, c.height, c.width, c.channels},
                                 [&](size_t) { return random.Float() - 2; });
    const Pooled expected = ReferencePool(c, input);
    ExpectOp("MaxPool", PoolAttrs(c), {input}, expected.max);
    ExpectOp("AvgPool", PoolAttrs(c), {input}, expected.mean);
    const auto to_int = [](const Tensor& t) {
      return MakeI32(t.shape(), [&](size_t k) {
        const float x = t.values<float>()[k];
        return std::isinf(x) ? kIntMin : std::lround(double{x} * 1e6);
      });
    };
    ExpectOp("MaxPool", PoolAttrs(c), {to_int(input)}, to_int(expected.max));
  }
}

TEST_CASE("MaxPool and AvgPool: the whole image") {
  TestRandom random(42);
  WindowCase c{.height = 12, .width = 11, .channels = 6, .size_y = 12, .size_x = 11};
  const Tensor input = random.Floats({1, 12, 11, 6});
  const Pooled expected = ReferencePool(c, input);
  ExpectOp("MaxPool", PoolAttrs(c), {input}, expected.max);
  ExpectOp("AvgPool", PoolAttrs(c), {input}, expected.mean);
}

TEST_CASE("MaxPool and AvgPool: a mean is NaN where an element is, a maximum leaves it out") {
  for (const int64_t channels : {1, 4, 16}) {
    WindowCase c{.height = 3, .width = 3, .channels = channels, .size_y = 3, .size_x = 3};
    const Shape shape{1, 1, 1, channels};
    for (int64_t place = 0; place < 9; ++place) {
      const auto element = [&](size_t i) {
        const int64_t pixel = static_cast<int64_t>(i) / channels;
        return pixel == place ? kNan : static_cast<float>(-pixel);
      };
      const Tensor input = MakeF32({1, 3, 3, channels}, element);
      ExpectOp("MaxPool", PoolAttrs(c), {input},
               MakeF32(shape, [&](size_t) { return place == 0 ? -1.0f : 0.0f; }));
      ExpectOp("AvgPool", PoolAttrs(c), {input}, MakeF32(shape, [](size_t) { return kNan; }));
    }
  }
}

TEST_CASE("MaxPool and AvgPool: channels first") {
  TestRandom random(43);
  WindowCase c{.batch = 2, .height = 5, .width = 6, .channels = 3, .size_y = 2, .size_x = 3};
  const Tensor input = random.Floats({2, 5, 6, 3});
  const Pooled expected = ReferencePool(c, input);
  const TestAttrs attrs{{"strides", {1, 1, 1, 1}},
                        {"ksize", {1, 1, 2, 3}},
                        {"padding", "VALID"},
                        {"data_format", "NCHW"}};
  ExpectOp("MaxPool", attrs, {ToChannelsFirst(input)}, ToChannelsFirst(expected.max));
  ExpectOp("AvgPool", attrs, {ToChannelsFirst(input)}, ToChannelsFirst(expected.mean));
}

TEST_CASE("MaxPool and AvgPool: empty and bad arguments") {
  const TestAttr strides("strides", {1, 1, 1, 1});
  const TestAttr size("ksize", {1, 2, 2, 1});
  const TestAttr valid("padding", "VALID");
  const Tensor image = F32({1, 2, 2, 1}, {1, 2, 3, 4});
  for (const std::string_view op : {"MaxPool", "AvgPool"}) {
    ExpectOp(op, {strides, size, valid}, {F32({0, 4, 4, 3}, {})}, F32({0, 3, 3, 3}, {}));
    ExpectOp(op, {strides, size, valid}, {F32({2, 4, 4, 0}, {})}, F32({2, 3, 3, 0}, {}));
    ExpectError(Code::kShape, [&] { RunOp(op, {strides, size, valid}, {F32({1}, {1})}); });
    ExpectError(Code::kAttr, [&] { RunOp(op, {strides, size}, {image}); });
    ExpectError(Code::kAttr,
                [&] { RunOp(op, {strides, {"ksize", {1, 2, 2, 2}}, valid}, {image}); });
    ExpectError(Code::kAttr,
                [&] { RunOp(op, {strides, {"ksize", {1, 0, 2, 1}}, valid}, {image}); });
    // A window that is larger than the image.
    ExpectOp(op, {strides, {"ksize", {1, 1, 5, 1}}, valid}, {image}, F32({1, 2, 0, 1}, {}));
    ExpectError(Code::kDType,
                [&] { RunOp(op, {strides, size, valid}, {Bool({1, 2, 2, 1}, {1, 0, 0, 1})}); });
  }
  ExpectError(Code::kDType,
              [&] { RunOp("AvgPool", {strides, size, valid}, {I32({1, 2, 2, 1}, {1, 2, 3, 4})}); });
}

}  // namespace

}  // namespace tfwasm
