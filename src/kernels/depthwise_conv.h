// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution of NHWC images with one filter per channel, a bias and a clamp. Up to twice
// as fast as XNNPACK's, which needs an indirection buffer.
#pragma once

#include "kernels/xnn_conv2d.h"

namespace tfwasm {

class DepthwiseConv {
 public:
  // Ignores the group fields of `spec`: each channel is a group.
  DepthwiseConv(const Conv2dSpec& spec, const ImageSize& input, int64_t channels);

  // `filter` is laid out [height, width, channels]; `bias` may be nullptr.
  void Run(const float* in, const float* filter, const float* bias, float* out) const;

 private:
  // The windows along one axis.
  struct Axis {
    Axis(const WindowAxis& window, int64_t in_size);

    ptrdiff_t input, output, before, size, stride, dilation;
  };
  // The part of a window inside the input: `count` taps from tap `begin` on, which reads position
  // `start`.
  struct Part {
    Part(const Axis& axis, ptrdiff_t output);

    ptrdiff_t begin, count, start;
  };
  struct Row;

  void RunRow(const Row& row) const;

  Axis height_;
  Axis width_;
  ptrdiff_t batch_;
  ptrdiff_t channels_;
  float min_;
  float max_;
};

// Repeats each of `count` channels `times` times. Prepares the input of a depthwise convolution
// with several filters per channel.
void RepeatChannels(const float* in, int64_t count, int64_t times, float* out);

}  // namespace tfwasm
