// SPDX-License-Identifier: Apache-2.0
// Weights as XNNPACK's matrix kernels read them, in one pass over TensorFlow's. XNNPACK itself
// wants filters transposed before, and packs them number by number.
#pragma once

#include <xnnpack.h>

#include <cstdint>

#include "core/tensor.h"

namespace tfwasm {

// A cache of XNNPACK with these weights alone. Operators that are created with it take them instead
// of packing, and must not outlive it.
class PackedWeights {
 public:
  // Whether operators with so many outputs (of one group) read this layout.
  static bool IsFor(int64_t group_outputs);

  // `weights`: [inputs, groups * group_outputs]. For convolutions `inputs` counts all taps of the
  // filter. `bias`: [groups * group_outputs] or nullptr. Both may be discarded afterwards.
  PackedWeights(int64_t groups, int64_t inputs, int64_t group_outputs, const float* weights,
                const float* bias);

  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;

  xnn_weights_cache_t cache() { return &cache_; }
  // Tiles of `columns` outputs each, whole vectors: their biases, then their weights for each
  // input.
  const float* values() const { return packed_.values<float>().data(); }
  int64_t columns() const { return columns_; }

 private:
  int64_t columns_;
  Tensor packed_;
  xnn_weights_cache_provider cache_;
};

}  // namespace tfwasm
