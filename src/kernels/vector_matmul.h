// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/activation.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

// A vector of k elements times a matrix, [k, n] or, if transposed, [n, k]. XNNPACK would pack the
// matrix first, which takes longer than the product.
void VectorMatMul(int64_t k, int64_t n, bool is_b_transposed, const float* a, const float* b,
                  float* out);

// The same with a packed matrix and its bias. Clamps with `activation` if Activation::IsFusable.
// XNNPACK's one-row kernels are bound by the latency of their sums.
void VectorMatMul(int64_t k, int64_t n, const float* a, const PackedWeights& b,
                  const Activation& activation, float* out);

}  // namespace tfwasm
