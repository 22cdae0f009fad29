// SPDX-License-Identifier: Apache-2.0
// Pooling of NHWC float32 images by XNNPACK.
#pragma once

#include "kernels/pooling.h"
#include "kernels/xnn_operator.h"

namespace tfwasm {

// For windows of more than one element that leave no gaps (Fits).
class XnnMaxPool {
 public:
  static bool Fits(const Window2d& window) {
    return window.height.size * window.width.size > 1 &&
           window.height.stride <= window.height.size && window.width.stride <= window.width.size;
  }

  explicit XnnMaxPool(const PoolingGeometry& pool);
  void Run(const float* in, float* out);

 private:
  XnnOperator op_;
  double work_;
};

// For windows of more than one element. Padding does not count.
class XnnAveragePool {
 public:
  explicit XnnAveragePool(const PoolingGeometry& pool);
  // Uses the scratch space.
  void Run(const float* in, float* out);

 private:
  void Prepare();

  PoolingGeometry pool_;
  XnnOperator op_;
  double work_;
  int prepared_threads_ = 0;
  size_t workspace_bytes_ = 0;
};

}  // namespace tfwasm
