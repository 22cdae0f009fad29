// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// Products of matrices as they lie. XNNPACK packs the second one first, which takes longer than
// the rest unless there are many rows, or that matrix is too large for the nearer caches.
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
