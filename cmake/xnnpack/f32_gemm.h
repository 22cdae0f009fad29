// SPDX-License-Identifier: Apache-2.0
// The matrix kernels that XNNPACK has chosen, for src/kernels/ to know and to call.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// How many columns a kernel multiplies at once; 0 when it reads their rows interleaved.
uint32_t tfwasm_f32_gemm_columns(void);

// A kernel that takes its rows in pieces, and what it is called with.
struct tfwasm_f32_igemm {
  // Multiplies `count` rows, at most `rows`, with packed weights of `columns` columns. `pieces`
  // points to the first pieces of `rows` rows, then to the second ones, and so on;
  // `pointer_bytes` are all these pointers. `offset` and `zero` are 0.
  void (*kernel)(size_t count, size_t columns, size_t piece_bytes, size_t pointer_bytes,
                 const void** pieces, const void* weights, void* out, size_t row_stride,
                 size_t tile_stride, size_t offset, const void* zero, const void* params);
  uint32_t rows;
  uint32_t tile_stride;
  float params[2];  // the clamp
};

// The kernel for a clamp to [min, max].
struct tfwasm_f32_igemm tfwasm_find_f32_igemm(float min, float max);

#ifdef __cplusplus
}
#endif
