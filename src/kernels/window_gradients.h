// SPDX-License-Identifier: Apache-2.0
// Backward passes of convolutions and poolings over channels-last volumes. An image is a volume of
// depth 1. Gradients are overwritten, not added to.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/conv_geometry.h"

namespace tfwasm {

// Windows over a batch of volumes [batch, in..., channels], one for each output position.
struct VolumeWindows {
  static constexpr int kAxes = 3;  // depth, height, width

  // The input position of a tap of a window along an axis; it may lie in the padding.
  int64_t Position(int axis, int64_t output, int64_t tap) const {
    const WindowAxis& window = axes[static_cast<size_t>(axis)];
    return output * window.stride - before[static_cast<size_t>(axis)] + tap * window.dilation;
  }
  int64_t taps() const { return axes[0].size * axes[1].size * axes[2].size; }
  int64_t in_pixels() const { return in[0] * in[1] * in[2]; }
  int64_t out_pixels() const { return out[0] * out[1] * out[2]; }

  int64_t batch = 0;
  std::array<int64_t, kAxes> in{};
  std::array<int64_t, kAxes> out{};
  std::array<WindowAxis, kAxes> axes{};
  std::array<int64_t, kAxes> before{};  // padding
};

// The gradient of a filter [taps, in_channels / groups, out_channels].
struct ConvFilterGradient {
  void Run(const float* in, const float* dy, float* filter) const;

  VolumeWindows windows;
  int64_t groups = 1;
  int64_t group_inputs = 0;
  int64_t group_outputs = 0;
};

// Of a depthwise convolution with a filter [taps, channels, multiplier].
struct DepthwiseGradient {
  void Input(const float* filter, const float* dy, float* dx) const;
  void Filter(const float* in, const float* dy, float* filter) const;

  VolumeWindows windows;  // of depth 1
  int64_t channels = 0;
  int64_t multiplier = 1;

 private:
  void InputByConvolution(const float* filter, const float* dy, float* dx) const;
};

struct PoolGradient {
  // The first maximum of a window in raster order gets all of its dy. `out`: the maxima.
  void Max(const float* in, const float* out, const float* dy, float* dx) const;
  // The transpose: each output is the element of `values`, which is like the input, where the first
  // maximum of its window is.
  void Take(const float* in, const float* out, const float* values, float* taken) const;
  // The elements of a window that are not padding share its dy.
  void Average(const float* dy, float* dx) const;

  VolumeWindows windows;
  int64_t channels = 0;
};

// Of a grayscale dilation with a filter [taps, channels].
struct DilationGradient {
  void Input(const float* in, const float* filter, const float* dy, float* dx) const;
  void Filter(const float* in, const float* filter, const float* dy, float* dfilter) const;
  // The transpose: each output is the sum of the elements of `of_in` and `of_filter` at the places
  // of its largest sum.
  void Take(const float* in, const float* filter, const float* of_in, const float* of_filter,
            float* taken) const;

  VolumeWindows windows;
  int64_t channels = 0;
};

}  // namespace tfwasm
