// SPDX-License-Identifier: Apache-2.0
// Weights in the packed layout of XNNPACK's GEMM kernels, packed directly from TensorFlow's layout.
// XNNPACK's own packing needs transposed filters and copies element by element.
#pragma once

#include <xnnpack.h>

#include <cstdint>

#include "core/tensor.h"

namespace tfwasm {

// An XNNPACK weights cache that holds only these weights. Operators that are created with it use
// them instead of packing. The operators must not outlive it.
class PackedWeights {
 public:
  // Whether operators with `group_outputs` outputs per group read this layout.
  static bool IsFor(int64_t group_outputs);

  // `weights`: [inputs, groups * group_outputs]. For convolutions, `inputs` includes all taps of
  // the filter. `bias`: [groups * group_outputs] or nullptr. Both may be freed afterwards.
  PackedWeights(int64_t groups, int64_t inputs, int64_t group_outputs, const float* weights,
                const float* bias);

  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;

  xnn_weights_cache_t cache() { return &cache_; }
  // Tiles of `columns` outputs, a multiple of the vector width: the biases, then the weights for
  // each input.
  const float* values() const { return packed_.values<float>().data(); }
  int64_t columns() const { return columns_; }

 private:
  int64_t columns_;
  Tensor packed_;
  xnn_weights_cache_provider cache_;
};

}  // namespace tfwasm
