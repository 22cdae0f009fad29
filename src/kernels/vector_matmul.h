// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/activation.h"
#include "kernels/xnn_packed_weights.h"

namespace tfwasm {

// The product of a vector of k elements and a matrix, [k, n] or, when transposed, [n, k]. XNNPACK
// would pack the matrix first, which takes longer than all the rest.
void VectorMatMul(int64_t k, int64_t n, bool is_b_transposed, const float* a, const float* b,
                  float* out);

// The same for a packed matrix, plus its bias, clamped by `activation` where
// Activation::IsFusable. XNNPACK's kernels of one row wait for one sum at a time.
void VectorMatMul(int64_t k, int64_t n, const float* a, const PackedWeights& b,
                  const Activation& activation, float* out);

}  // namespace tfwasm
