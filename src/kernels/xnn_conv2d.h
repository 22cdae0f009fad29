// SPDX-License-Identifier: Apache-2.0
// Two-dimensional convolution of NHWC images, with a bias and a clamp, by XNNPACK.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/activation.h"
#include "kernels/conv_geometry.h"
#include "kernels/xnn_operator.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

struct Conv2dSpec {
  // With one kind of padding for both axes. With Padding::kSame no stride may exceed the window's
  // extent, as XNNPACK's own padding fails then.
  Window2d window;
  int64_t groups = 1;
  int64_t group_inputs = 1;   // channels of input per group
  int64_t group_outputs = 1;  // channels of output per group
  // The filter is laid out [height, width, groups, group_outputs] (group_inputs is 1);
  // otherwise [height, width, group_inputs, groups * group_outputs].
  bool is_depthwise = false;
  // Applied when Activation::IsFusable.
  Activation activation;
};

struct ImageSize {
  int64_t batch = 0;
  int64_t height = 0;
  int64_t width = 0;

  bool operator==(const ImageSize&) const = default;
};

class JoinedTapsConv;

// Holds the packed filter and bias; these may be discarded after construction. Convolves by
// JoinedTapsConv where that is possible, else by an operator of XNNPACK.
class XnnConv2d {
 public:
  // `bias` may be nullptr.
  XnnConv2d(const Conv2dSpec& spec, const float* filter, const float* bias);
  ~XnnConv2d();

  // Makes the operator ready for inputs of this size, none of whose dimensions may be zero.
  void Prepare(const ImageSize& input);
  // Prepares if needed and convolves. Uses the scratch space.
  void Run(const ImageSize& input, const float* in, float* out);

 private:
  pthreadpool_t Pool(const ImageSize& input) const;

  Conv2dSpec spec_;
  std::unique_ptr<JoinedTapsConv> joined_taps_;  // instead of an operator
  std::unique_ptr<PackedWeights> weights_;       // not for operators that pack by themselves
  XnnOperator op_;
  ImageSize prepared_;
  int prepared_threads_ = 0;
  size_t workspace_bytes_ = 0;
};

}  // namespace tfwasm
