// SPDX-License-Identifier: Apache-2.0
// float32 matrix products by XNNPACK.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/activation.h"
#include "kernels/xnn_operator.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

// [rows, inputs] times a fixed [inputs, outputs] matrix, with a bias and a clamp, which may be
// freed after construction.
class MatrixProduct {
 public:
  virtual ~MatrixProduct() = default;

  virtual void Run(int64_t rows, const float* in, float* out) = 0;
};

class XnnFullyConnected : public MatrixProduct {
 public:
  // `weights` is [inputs, outputs], or [outputs, inputs] if `is_transposed`. `bias` may be
  // nullptr. Applies `activation` where Activation::IsFusable.
  XnnFullyConnected(int64_t inputs, int64_t outputs, const float* weights, bool is_transposed,
                    const float* bias, const Activation& activation);

  void Run(int64_t rows, const float* in, float* out) override;

 private:
  int64_t inputs_;
  int64_t outputs_;
  Activation activation_;
  std::unique_ptr<PackedWeights> weights_;  // nullptr if the operator packs by itself
  XnnOperator op_;
  int64_t prepared_rows_ = 0;
  int prepared_threads_ = 0;
};

// a [..., m, k] times b [..., k, n]. The leading dimensions broadcast.
class XnnBatchMatMul {
 public:
  struct Dims {
    std::vector<size_t> batch_a;  // as many as in batch_b
    std::vector<size_t> batch_b;
    int64_t m = 0;
    int64_t k = 0;
    int64_t n = 0;
    bool is_b_transposed = false;  // b is [..., n, k]
  };

  // No dimension may be zero.
  explicit XnnBatchMatMul(Dims dims);

  // The size of the next Run's `workspace`, which is aligned like the scratch space.
  size_t WorkspaceBytes();
  void Run(const float* a, const float* b, float* out, void* workspace);

 private:
  void Prepare();

  Dims dims_;
  XnnOperator op_;
  double work_;
  int prepared_threads_ = 0;
  size_t workspace_bytes_ = 0;
};

}  // namespace tfwasm
