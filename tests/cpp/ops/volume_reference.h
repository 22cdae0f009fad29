// SPDX-License-Identifier: Apache-2.0
// Like window_reference.h, for volumes.
#pragma once

#include <array>

#include "ops/window_reference.h"

namespace tfwasm {

struct VolumeCase {
  using Axes = std::array<int64_t, 3>;  // depth, height, width

  int64_t batch = 1, channels = 1;
  Axes input{1, 1, 1}, size{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1};
  std::string padding = "VALID";
  std::vector<int64_t> pads = {};  // before and after each axis, for EXPLICIT

  static VolumeCase Random(TestRandom& random, bool dilated) {
    VolumeCase c;
    c.batch = random.Int(1, 2);
    c.padding = random.Int(0, 1) == 0 ? "SAME" : "VALID";
    const bool has_pads = random.Int(0, 3) == 0;
    if (has_pads) c.padding = "EXPLICIT";
    for (size_t i = 0; i < 3; ++i) {
      c.size[i] = random.Int(1, 3);
      c.stride[i] = random.Int(1, 3);
      if (dilated && random.Int(0, 2) == 0) c.dilation[i] = random.Int(2, 3);
      c.input[i] = (c.size[i] - 1) * c.dilation[i] + random.Int(1, 4);
      if (!has_pads) continue;
      const auto most = static_cast<int>(c.size[i]) - 1;
      c.pads.push_back(random.Int(0, most));
      c.pads.push_back(random.Int(0, most));
    }
    return c;
  }

  WindowPlace Place(size_t i) const {
    return PlaceWindows(input[i], size[i], stride[i], dilation[i], padding,
                        pads.empty() ? 0 : pads[2 * i], pads.empty() ? 0 : pads[2 * i + 1]);
  }
  Shape InputShape(int64_t depth) const { return {batch, input[0], input[1], input[2], depth}; }
  Shape OutputShape(int64_t depth) const {
    return {batch, Place(0).output, Place(1).output, Place(2).output, depth};
  }

  TestAttrs Attrs() const {
    const auto list = [](const Axes& a) { return std::vector<int64_t>{1, a[0], a[1], a[2], 1}; };
    TestAttrs attrs{{"strides", list(stride)},
                    {"ksize", list(size)},
                    {"dilations", list(dilation)},
                    {"padding", padding.c_str()}};
    if (!pads.empty()) {
      std::vector<int64_t> all{0, 0};
      all.insert(all.end(), pads.begin(), pads.end());
      all.insert(all.end(), {0, 0});
      attrs.push_back({"explicit_paddings", all});
    }
    return attrs;
  }

  std::string Show() const {
    std::string text = StrCat("input ", InputShape(channels), ", ", padding);
    for (const Axes& axes : {size, stride, dilation}) {
      text += StrCat(", ", axes[0], "x", axes[1], "x", axes[2]);
    }
    for (const int64_t pad : pads) text += StrCat(" ", pad);
    return text;
  }
};

// Calls fn(output voxel, window element, input voxel) for all window elements outside of the
// padding. Voxels are numbered through batch, depth, row and column.
template <typename F>
void ForEachVolumeTap(const VolumeCase& c, F fn) {
  const Shape out = c.OutputShape(1);
  const Shape in = c.InputShape(1);
  const Shape window{c.size[0], c.size[1], c.size[2]};
  for (int64_t o = 0; o < out.NumElements(); ++o) {
    for (int64_t tap = 0; tap < window.NumElements(); ++tap) {
      int64_t to = o / out.Product(1, 4);
      bool is_inside = true;
      for (int axis = 0; axis < 3; ++axis) {
        const auto i = static_cast<size_t>(axis);
        const int64_t position = o / out.Product(axis + 2, 4) % out[axis + 1] * c.stride[i] +
                                 tap / window.Product(axis + 1, 3) % window[axis] * c.dilation[i] -
                                 c.Place(i).before;
        is_inside = is_inside && position >= 0 && position < c.input[i];
        to = to * in[axis + 1] + position;
      }
      if (is_inside) fn(o, tap, to);
    }
  }
}

inline Tensor VolumeToChannelsFirst(const Tensor& ndhwc) {
  const Shape& s = ndhwc.shape();
  const Tensor images = ndhwc.Reshaped({s[0], s[1] * s[2], s[3], s[4]});
  return ToChannelsFirst(images).Reshaped({s[0], s[4], s[1], s[2], s[3]});
}

}  // namespace tfwasm
