// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products of int8 by XNNPACK: fixed int8 weights with one scale per
// output, and activations that are quantized in each run, with one range per image or row.
#pragma once

#include <cstdint>

#include "kernels/xnn_conv2d.h"
#include "kernels/xnn_matmul.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

// Like XnnFullyConnected.
class XnnInt8FullyConnected : public MatrixProduct {
 public:
  XnnInt8FullyConnected(int64_t inputs, int64_t outputs, const float* weights, bool is_transposed,
                        const float* bias, const Activation& activation);

  // With a range for each row.
  void Run(int64_t rows, const float* in, float* out) override { Run(rows, 1, in, out); }
  // Rows share a range in groups of `rows_per_range`, which divides `rows`. The outputs of a group
  // with a value that is not finite are NaN. Uses the scratch space.
  void Run(int64_t rows, int64_t rows_per_range, const float* in, float* out);

 private:
  int64_t inputs_;
  int64_t outputs_;
  XnnOperator op_;
  int64_t prepared_rows_ = 0;
  int prepared_threads_ = 0;
};

// Like XnnConv2d, not for depthwise filters.
class XnnInt8Conv2d : public Conv2dProduct {
 public:
  XnnInt8Conv2d(const Conv2dSpec& spec, const float* filter, const float* bias);

  void Prepare(const ImageSize& input) override;
  // The outputs of an image with a value that is not finite are NaN.
  void Run(const ImageSize& input, const float* in, float* out) override;

 private:
  double WorkPerImage(const ImageSize& input) const;

  Conv2dSpec spec_;
  // For windows of one pixel: each pixel is a row. Faster than the operator.
  std::unique_ptr<XnnInt8FullyConnected> pointwise_;
  XnnOperator op_;
  ImageSize prepared_;
  int prepared_threads_ = 0;
  size_t workspace_bytes_ = 0;
  int64_t output_elements_ = 0;  // of an image
};

}  // namespace tfwasm
