// SPDX-License-Identifier: Apache-2.0
// Horizontal reduction of SIMD lanes, the last step of a reduction.
#pragma once

#include <algorithm>
#include <cstddef>

namespace tfwasm {

// Reduces `kCount` lanes by f(a, b). kCount is a power of two and at least 4. Works on whole SIMD
// registers as long as possible. The last four lanes are reduced as `Total`, which may be more
// precise.
template <size_t kCount, typename Total, typename T, typename F>
inline Total FoldLanes(const T* lanes, const F& f) {
  constexpr size_t kHalf = kCount / 2;
  if constexpr (kCount > 4) {
    constexpr size_t kWidth = std::min(kHalf, 16 / sizeof(T));
    T half[kHalf];
#pragma clang loop vectorize(enable) vectorize_width(kWidth) interleave_count(kHalf / kWidth)
    for (size_t k = 0; k < kHalf; ++k) half[k] = f(lanes[k], lanes[k + kHalf]);
    return FoldLanes<kHalf, Total>(half, f);
  } else {
    Total half[kHalf];
#pragma clang loop vectorize(enable) vectorize_width(kHalf) interleave_count(1)
    for (size_t k = 0; k < kHalf; ++k) {
      half[k] = f(static_cast<Total>(lanes[k]), static_cast<Total>(lanes[k + kHalf]));
    }
    return f(half[0], half[1]);
  }
}

}  // namespace tfwasm
