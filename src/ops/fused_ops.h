// SPDX-License-Identifier: Apache-2.0
// The bias and activation of _FusedConv2D, FusedDepthwiseConv2dNative and _FusedMatMul.
#pragma once

#include <memory>
#include <optional>

#include "kernels/activation.h"
#include "kernels/prelu.h"
#include "kernels/transpose.h"
#include "ops/op.h"

namespace tfwasm {

// The content of the attribute "fused_ops": a bias, an activation, both or neither.
struct FusedOps {
  int bias_input = -1;   // -1: no bias
  int slope_input = -1;  // for Prelu; -1: none
  // The first of scale, offset, mean and variance of a batch normalization instead of a bias; -1:
  // none.
  int norm_input = -1;
  float epsilon = 0;
  Activation activation;
  // The slopes of Prelu broadcast to NCHW, the result that the activation sees is NHWC.
  bool has_nchw_slopes = false;
};

// Throws E_OP for an unsupported list, E_EDGE if the number of inputs does not match it, and
// E_ATTR, E_DTYPE or E_SHAPE if parameters do not match `channels`. `with_norm`: whether the op
// supports batch normalization.
FusedOps ReadFusedOps(const OpContext& context, int64_t channels, bool with_norm = false);

// Applies the activation to a result that includes the bias. `clamped`: whether the operator has
// already applied clamps for which Activation::IsFusable is true.
class FusedActivation {
 public:
  // Throws E_SHAPE if the slopes of Prelu do not broadcast to `output`.
  FusedActivation(const OpContext& context, const FusedOps& fused, const Shape& output,
                  bool clamped);
  void Run(const RunContext& context, float* data) const;

 private:
  int slope_input_;
  Activation activation_;  // none if the operator has applied it
  int64_t count_;          // elements of the result
  std::unique_ptr<Prelu> prelu_;
  std::optional<Transposer> transpose_slopes_;
  int64_t num_slopes_ = 0;  // if they are transposed
};

}  // namespace tfwasm
