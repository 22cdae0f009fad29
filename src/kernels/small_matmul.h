// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// Products of small matrices, for which packing them as XNNPACK does takes longer than the rest.
struct SmallMatMul {
  int64_t m;
  int64_t k;
  int64_t n;

  // Whether there are few rows, and the second matrix stays in the nearest cache as it is.
  bool IsFor() const;

  // `products` of them: a [products, m, k] times b [products, k, n].
  void Run(int64_t products, const float* a, const float* b, float* out) const;
};

}  // namespace tfwasm
