// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

struct ResizeCase {
  Shape input;
  int32_t height, width;
};

// The input position for output position `i`.
double SourcePosition(int64_t i, int64_t input, int64_t output, bool align, bool half) {
  if (align && output > 1) {
    return static_cast<double>(i * (input - 1)) / static_cast<double>(output - 1);
  }
  const double scale = static_cast<double>(input) / static_cast<double>(output);
  return half ? (static_cast<double>(i) + 0.5) * scale : static_cast<double>(i) * scale;
}

template <typename F>
Tensor ReferenceResize(const ResizeCase& c, F value_at) {
  return MakeF32({c.input[0], c.height, c.width, c.input[3]}, [&](size_t flat) {
    const auto i = static_cast<int64_t>(flat);
    const int64_t channel = i % c.input[3];
    const int64_t x = i / c.input[3] % c.width;
    const int64_t y = i / c.input[3] / c.width % c.height;
    const int64_t batch = i / c.input[3] / c.width / c.height;
    return value_at(batch, y, x, channel);
  });
}

Tensor ReferenceBilinear(const ResizeCase& c, const Tensor& in, bool align, bool half) {
  const auto at = [&](int64_t b, int64_t y, int64_t x, int64_t channel) {
    const int64_t index = ((b * c.input[1] + y) * c.input[2] + x) * c.input[3] + channel;
    return double{in.values<float>()[static_cast<size_t>(index)]};
  };
  return ReferenceResize(c, [&](int64_t b, int64_t oy, int64_t ox, int64_t channel) {
    double y = SourcePosition(oy, c.input[1], c.height, align, half);
    double x = SourcePosition(ox, c.input[2], c.width, align, half);
    if (half) {
      y -= 0.5;
      x -= 0.5;
    }
    y = std::clamp(y, 0.0, static_cast<double>(c.input[1] - 1));
    x = std::clamp(x, 0.0, static_cast<double>(c.input[2] - 1));
    const auto top = static_cast<int64_t>(y);
    const auto left = static_cast<int64_t>(x);
    const int64_t bottom = std::min(top + 1, c.input[1] - 1);
    const int64_t right = std::min(left + 1, c.input[2] - 1);
    const double down = y - static_cast<double>(top);
    const double across = x - static_cast<double>(left);
    return (1 - down) *
               ((1 - across) * at(b, top, left, channel) + across * at(b, top, right, channel)) +
           down * ((1 - across) * at(b, bottom, left, channel) +
                   across * at(b, bottom, right, channel));
  });
}

Tensor ReferenceNearest(const ResizeCase& c, const Tensor& in, bool align, bool half) {
  const auto nearest = [&](int64_t i, int64_t input, int64_t output) {
    // Slightly larger, so that rounding does not push whole numbers below themselves.
    const double position = SourcePosition(i, input, output, align, half) + 1e-9;
    const auto index = static_cast<int64_t>(align ? std::round(position) : std::floor(position));
    return std::clamp<int64_t>(index, 0, input - 1);
  };
  return ReferenceResize(c, [&](int64_t b, int64_t oy, int64_t ox, int64_t channel) {
    const int64_t y = nearest(oy, c.input[1], c.height);
    const int64_t x = nearest(ox, c.input[2], c.width);
    const int64_t index = ((b * c.input[1] + y) * c.input[2] + x) * c.input[3] + channel;
    return in.values<float>()[static_cast<size_t>(index)];
  });
}

TEST_CASE("ResizeBilinear and ResizeNearestNeighbor") {
  const std::vector<ResizeCase> cases = {
      {{1, 4, 4, 3}, 8, 8}, {{2, 5, 7, 1}, 10, 3}, {{1, 8, 6, 5}, 3, 4},
      {{1, 1, 1, 2}, 3, 4}, {{1, 3, 3, 4}, 1, 1},  {{1, 2, 3, 17}, 5, 11},
      {{1, 6, 6, 2}, 6, 6}, {{1, 2, 1, 3}, 1, 7},  {{1, 16, 16, 8}, 32, 32},
  };
  TestRandom random(81);
  for (const ResizeCase& c : cases) {
    const Tensor input = random.Floats(c.input);
    const Tensor rounded = MakeI32(
        c.input, [&](size_t i) { return std::lround(double{input.values<float>()[i]} * 10); });
    const Tensor rounded_floats = MakeF32(
        c.input, [&](size_t i) { return static_cast<float>(rounded.values<int32_t>()[i]); });
    for (int mode = 0; mode < 3; ++mode) {
      const bool align = mode == 1;
      const bool half = mode == 2;
      INFO(c.input.ToString(), " to ", c.height, "x", c.width, ", mode ", mode);
      const TestAttrs attrs{{"align_corners", align}, {"half_pixel_centers", half}};
      const Tensor size = I32({2}, {c.height, c.width});
      ExpectOp("ResizeBilinear", attrs, {input, size}, ReferenceBilinear(c, input, align, half));
      ExpectOp("ResizeBilinear", attrs, {rounded, size},
               ReferenceBilinear(c, rounded_floats, align, half), 1e-4f);
      ExpectOp("ResizeNearestNeighbor", attrs, {input, size},
               ReferenceNearest(c, input, align, half), 0);
    }
  }
}

TEST_CASE("ResizeNearestNeighbor keeps integers") {
  ExpectOp("ResizeNearestNeighbor", {}, {I32({1, 1, 2, 1}, {kIntMax, kIntMin}), I32({2}, {1, 4})},
           I32({1, 1, 4, 1}, {kIntMax, kIntMax, kIntMin, kIntMin}));
}

TEST_CASE("ResizeBilinear and ResizeNearestNeighbor: empty and bad arguments") {
  const Tensor image = F32({1, 1, 1, 1}, {1});
  for (const std::string_view op : {"ResizeBilinear", "ResizeNearestNeighbor"}) {
    ExpectOp(op, {}, {F32({0, 2, 2, 1}, {}), I32({2}, {3, 4})}, F32({0, 3, 4, 1}, {}));
    ExpectOp(op, {}, {image, I32({2}, {0, 4})}, F32({1, 0, 4, 1}, {}));
    ExpectError(Code::kShape, [&] { RunOp(op, {}, {image, I32({2}, {-1, 1})}); });
    ExpectError(Code::kShape, [&] { RunOp(op, {}, {image, I32({3}, {1, 1, 1})}); });
    ExpectError(Code::kShape, [&] { RunOp(op, {}, {F32({1}, {1}), I32({2}, {1, 1})}); });
    ExpectError(Code::kShape, [&] { RunOp(op, {}, {F32({1, 0, 1, 1}, {}), I32({2}, {1, 1})}); });
    ExpectError(Code::kDType, [&] { RunOp(op, {}, {image, F32({2}, {1, 1})}); });
    ExpectError(Code::kDType, [&] { RunOp(op, {}, {Bool({1, 1, 1, 1}, {1}), I32({2}, {1, 1})}); });
    ExpectError(Code::kAttr, [&] {
      RunOp(op, {{"align_corners", true}, {"half_pixel_centers", true}}, {image, I32({2}, {1, 1})});
    });
    ExpectError(Code::kLimit, [&] { RunOp(op, {}, {image, I32({2}, {kIntMax, 1})}); });
  }
  ExpectError(Code::kLimit,
              [&] { RunOp("ResizeBilinear", {}, {image, I32({2}, {10000, 10000})}); });
}

}  // namespace

}  // namespace tfwasm
