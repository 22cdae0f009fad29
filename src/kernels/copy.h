// SPDX-License-Identifier: Apache-2.0
// Copies and fills elements of any dtype. Numbers are copied as bytes, strings are assigned.
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

// memcpy, but fast for few bytes.
void CopyBytes(void* out, const void* in, size_t bytes);

// `in` and `out` must be equal or must not overlap.
void CopyElements(DType dtype, const void* in, void* out, int64_t count);

// Copies elements with strides, `in_step` and `out_step`, in elements.
void CopyElements(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
                  int64_t count);

// Fills with the element at `value`.
void FillElements(DType dtype, const void* value, void* out, int64_t count);

// Fills with zero, false or "".
void ZeroElements(DType dtype, void* out, int64_t count);

}  // namespace tfwasm
