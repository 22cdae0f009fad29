// SPDX-License-Identifier: Apache-2.0
// 2D convolution of NHWC images, with a bias and a clamp, by XNNPACK.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/activation.h"
#include "kernels/conv_geometry.h"
#include "kernels/xnn_operator.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

struct Conv2dSpec {
  // Both axes have the same kind of padding. With Padding::kSame, no stride may exceed the window's
  // extent: XNNPACK's own padding fails then.
  Window2d window;
  int64_t groups = 1;
  int64_t group_inputs = 1;   // channels of input per group
  int64_t group_outputs = 1;  // channels of output per group
  // The filter layout is [height, width, groups, group_outputs] (group_inputs is 1) if true, else
  // [height, width, group_inputs, groups * group_outputs].
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

// A convolution with a fixed filter and bias, which may be freed after construction.
class Conv2dProduct {
 public:
  virtual ~Conv2dProduct() = default;

  // Does what can be done once for inputs of this size. No dimension may be zero.
  virtual void Prepare(const ImageSize& input) = 0;
  // Prepares if needed, and convolves. Uses the scratch space.
  virtual void Run(const ImageSize& input, const float* in, float* out) = 0;
};

class JoinedTapsConv;

// Uses JoinedTapsConv if possible, else an XNNPACK operator.
class XnnConv2d : public Conv2dProduct {
 public:
  // `bias` may be nullptr.
  XnnConv2d(const Conv2dSpec& spec, const float* filter, const float* bias);
  ~XnnConv2d() override;

  void Prepare(const ImageSize& input) override;
  void Run(const ImageSize& input, const float* in, float* out) override;

 private:
  pthreadpool_t Pool(const ImageSize& input) const;

  Conv2dSpec spec_;
  std::unique_ptr<JoinedTapsConv> joined_taps_;  // instead of an operator
  std::unique_ptr<PackedWeights> weights_;       // nullptr if the operator packs by itself
  XnnOperator op_;
  ImageSize prepared_;
  int prepared_threads_ = 0;
  size_t workspace_bytes_ = 0;
};

}  // namespace tfwasm
