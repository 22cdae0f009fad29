// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// Matrix products without packing. XNNPACK packs the second matrix first. This takes longer than
// the product, unless there are many rows or the matrix exceeds the near caches.
struct DirectMatMul {
  int64_t m;
  int64_t k;
  int64_t n;

  // Whether this is faster than packing.
  bool IsFor() const;

  // a [products, m, k] times b [products, k, n].
  void Run(int64_t products, const float* a, const float* b, float* out) const;
};

}  // namespace tfwasm
