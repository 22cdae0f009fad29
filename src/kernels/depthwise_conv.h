// SPDX-License-Identifier: Apache-2.0
// Convolution of each channel of NHWC images by itself, with a bias and a clamp. Twice as fast as
// XNNPACK's, which goes through a list of pointers to the inputs of every output.
#pragma once

#include "kernels/xnn_conv2d.h"

namespace tfwasm {

class DepthwiseConv {
 public:
  // Of `spec` counts what is not about groups: there is one for each channel.
  DepthwiseConv(const Conv2dSpec& spec, const ImageSize& input, int64_t channels);

  // `filter` is laid out [height, width, channels]; `bias` may be nullptr.
  void Run(const float* in, const float* filter, const float* bias, float* out) const;

 private:
  // The windows along one axis.
  struct Axis {
    Axis(const WindowAxis& window, int64_t in_size);

    ptrdiff_t input, output, before, size, stride, dilation;
  };
  // The part of a window that lies within the input: from element `begin` on, which is at `start`.
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

// Writes each of `count` channels `times` times in succession: for convolutions with several
// filters a channel.
void RepeatChannels(const float* in, int64_t count, int64_t times, float* out);

}  // namespace tfwasm
