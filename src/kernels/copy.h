// SPDX-License-Identifier: Apache-2.0
// Moving and filling elements of any dtype. Numbers are moved as bytes, strings are assigned.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

// The address of element `index`.
inline const void* ElementAt(DType dtype, const void* data, int64_t index) {
  return static_cast<const char*>(data) + index * static_cast<int64_t>(ElementSize(dtype));
}
inline void* ElementAt(DType dtype, void* data, int64_t index) {
  return static_cast<char*>(data) + index * static_cast<int64_t>(ElementSize(dtype));
}

// As memcpy, which takes longer for a few bytes than copying them.
void CopyBytes(void* out, const void* in, size_t bytes);

// `in` and `out` must be equal or must not overlap.
void CopyElements(DType dtype, const void* in, void* out, int64_t count);

// Copies elements that lie `in_step` and `out_step` elements apart.
void CopyElements(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
                  int64_t count);

// Sets `count` elements to the one at `value`.
void FillElements(DType dtype, const void* value, void* out, int64_t count);

// Sets `count` elements to zero, false or "".
void ZeroElements(DType dtype, void* out, int64_t count);

}  // namespace tfwasm
