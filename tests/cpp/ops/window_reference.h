// SPDX-License-Identifier: Apache-2.0
// Naive reference implementations for tests of convolutions and poolings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/op_test.h"

namespace tfwasm {

struct WindowCase {
  int64_t batch = 1, height = 1, width = 1, channels = 1;
  int64_t size_y = 1, size_x = 1;
  int64_t stride_y = 1, stride_x = 1;
  int64_t dilation_y = 1, dilation_x = 1;
  std::string padding = "VALID";
  std::vector<int64_t> pads = {};  // top, bottom, left, right, for EXPLICIT

  std::string Show() const {
    std::string text = StrCat("input ", batch, "x", height, "x", width, "x", channels, ", window ",
                              size_y, "x", size_x, ", stride ", stride_y, "x", stride_x,
                              ", dilation ", dilation_y, "x", dilation_x, ", ", padding);
    for (const int64_t pad : pads) text += StrCat(" ", pad);
    return text;
  }

  TestAttrs Attrs() const {
    TestAttrs attrs{{"strides", std::vector<int64_t>{1, stride_y, stride_x, 1}},
                    {"padding", padding.c_str()}};
    if (padding == "EXPLICIT") {
      attrs.push_back({"explicit_paddings",
                       std::vector<int64_t>{0, 0, pads[0], pads[1], pads[2], pads[3], 0, 0}});
    }
    return attrs;
  }
};

struct WindowPlace {
  int64_t output = 0;  // number of windows
  int64_t before = 0;  // padding before the first element
};

inline WindowPlace PlaceWindows(int64_t input, int64_t size, int64_t stride, int64_t dilation,
                                const std::string& padding, int64_t before, int64_t after) {
  const int64_t extent = (size - 1) * dilation + 1;
  if (padding == "SAME") {
    const int64_t output = (input + stride - 1) / stride;
    const int64_t needed = (output - 1) * stride + extent - input;
    return {output, needed > 0 ? needed / 2 : 0};
  }
  return {(input + before + after - extent) / stride + 1, before};
}

inline WindowPlace PlaceRows(const WindowCase& c) {
  const bool has_pads = !c.pads.empty();
  return PlaceWindows(c.height, c.size_y, c.stride_y, c.dilation_y, c.padding,
                      has_pads ? c.pads[0] : 0, has_pads ? c.pads[1] : 0);
}

inline WindowPlace PlaceColumns(const WindowCase& c) {
  const bool has_pads = !c.pads.empty();
  return PlaceWindows(c.width, c.size_x, c.stride_x, c.dilation_x, c.padding,
                      has_pads ? c.pads[2] : 0, has_pads ? c.pads[3] : 0);
}

// Calls fn(output pixel, window element, input pixel) for all window elements outside of the
// padding. Pixels are numbered through batch, row and column.
template <typename F>
void ForEachTap(const WindowCase& c, F fn) {
  const WindowPlace rows = PlaceRows(c);
  const WindowPlace columns = PlaceColumns(c);
  for (int64_t b = 0; b < c.batch; ++b) {
    for (int64_t oy = 0; oy < rows.output; ++oy) {
      for (int64_t ox = 0; ox < columns.output; ++ox) {
        for (int64_t tap = 0; tap < c.size_y * c.size_x; ++tap) {
          const int64_t y = oy * c.stride_y + tap / c.size_x * c.dilation_y - rows.before;
          const int64_t x = ox * c.stride_x + tap % c.size_x * c.dilation_x - columns.before;
          if (y < 0 || y >= c.height || x < 0 || x >= c.width) continue;
          fn((b * rows.output + oy) * columns.output + ox, tap, (b * c.height + y) * c.width + x);
        }
      }
    }
  }
}

// The filter is [size_y, size_x, channels / groups, outputs]. A depthwise filter with multiplier m
// has groups = channels and outputs = channels * m, in the same memory order.
inline Tensor ReferenceConv(const WindowCase& c, int64_t groups, int64_t outputs,
                            const Tensor& input, const Tensor& filter) {
  Tensor out(DType::kFloat32, {c.batch, PlaceRows(c).output, PlaceColumns(c).output, outputs});
  const auto x = input.values<float>();
  const auto w = filter.values<float>();
  std::vector<double> sums(static_cast<size_t>(out.size()), 0.0);
  const int64_t group_inputs = c.channels / groups;
  const int64_t group_outputs = outputs / groups;
  ForEachTap(c, [&](int64_t out_pixel, int64_t tap, int64_t in_pixel) {
    for (int64_t o = 0; o < outputs; ++o) {
      for (int64_t i = 0; i < group_inputs; ++i) {
        const int64_t channel = o / group_outputs * group_inputs + i;
        sums[static_cast<size_t>(out_pixel * outputs + o)] +=
            double{x[static_cast<size_t>(in_pixel * c.channels + channel)]} *
            double{w[static_cast<size_t>((tap * group_inputs + i) * outputs + o)]};
      }
    }
  });
  for (size_t i = 0; i < sums.size(); ++i) {
    out.mutable_values<float>()[i] = static_cast<float>(sums[i]);
  }
  return out;
}

inline Tensor ToChannelsFirst(const Tensor& nhwc) {
  const Shape& s = nhwc.shape();
  Tensor nchw(nhwc.dtype(), {s[0], s[3], s[1], s[2]});
  for (int64_t i = 0; i < nhwc.size(); ++i) {
    const int64_t pixel = i / s[3] % (s[1] * s[2]);
    const int64_t batch = i / s[3] / (s[1] * s[2]);
    const int64_t to = (batch * s[3] + i % s[3]) * s[1] * s[2] + pixel;
    nchw.mutable_values<float>()[static_cast<size_t>(to)] =
        nhwc.values<float>()[static_cast<size_t>(i)];
  }
  return nchw;
}

}  // namespace tfwasm
