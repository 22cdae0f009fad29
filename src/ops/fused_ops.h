// SPDX-License-Identifier: Apache-2.0
// The operations that _FusedConv2D, FusedDepthwiseConv2dNative and _FusedMatMul do afterwards.
#pragma once

#include <memory>

#include "kernels/activation.h"
#include "kernels/prelu.h"
#include "ops/op.h"

namespace tfwasm {

// What the attribute "fused_ops" lists: a bias, an activation, both or nothing.
struct FusedOps {
  int bias_input = -1;   // -1: no bias
  int slope_input = -1;  // of Prelu; -1: none
  // Scale, offset, mean and variance of a batch normalization in place of a bias; -1: none.
  int norm_input = -1;
  float epsilon = 0;
  Activation activation;
};

// Throws E_OP for a list that is not supported, E_EDGE when the number of inputs does not fit it,
// and E_ATTR, E_DTYPE or E_SHAPE for parameters that do not fit `channels` of output.
// `with_norm`: whether the op takes a batch normalization.
FusedOps ReadFusedOps(const OpContext& context, int64_t channels, bool with_norm = false);

// The activation, applied to a result that has its bias already. `clamped`: by an operator that
// applied what Activation::IsFusable.
class FusedActivation {
 public:
  // Throws E_SHAPE when the slopes of Prelu do not broadcast to `output`.
  FusedActivation(const OpContext& context, const FusedOps& fused, const Shape& output,
                  bool clamped);
  void Run(const RunContext& context, float* data) const;

 private:
  int slope_input_;
  Activation activation_;  // kNone when the operator did it
  int64_t count_;          // elements of the result
  std::unique_ptr<Prelu> prelu_;
};

}  // namespace tfwasm
