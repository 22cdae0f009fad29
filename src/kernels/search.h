// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

// For each of kCount values, the number of elements of the ascending row that are smaller, or with
// kIsUpper smaller or equal. A binary search without branches, which would be mispredicted, for all
// values in lockstep.
template <bool kIsUpper, int kCount, typename T>
void FindPlaces(const T* row, int64_t columns, const T* values, int32_t* out) {
  const T* places[kCount];
#pragma clang loop unroll(full)
  for (const T*& place : places) place = row;
  for (auto left = static_cast<size_t>(columns); left > 0;) {
    const size_t half = (left + 1) / 2;
#pragma clang loop unroll(full)
    for (int i = 0; i < kCount; ++i) {
      const T element = places[i][half - 1];
      const bool is_before = kIsUpper ? !(values[i] < element) : element < values[i];
      size_t mask = size_t{0} - static_cast<size_t>(is_before);
      // Hides from the compiler that the mask is all ones or zeros, so that it does not emit a
      // branch.
      asm("" : "+r"(mask));
      places[i] += half & mask;
    }
    left -= half;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < kCount; ++i) out[i] = static_cast<int32_t>(places[i] - row);
}

// FindPlaces for each of `total` values, in rows of `count` values: row i is searched for in row i
// of `rows`, which have `columns` elements. `dtype`: float32 or int32.
void SearchRows(DType dtype, bool is_upper, const void* rows, int64_t columns, const void* values,
                int64_t count, int64_t total, int32_t* out);

}  // namespace tfwasm
