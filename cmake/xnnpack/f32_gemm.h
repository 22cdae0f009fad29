// SPDX-License-Identifier: Apache-2.0
// Access to the GEMM kernels that XNNPACK has selected, for src/kernels/.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The tile width of the GEMM kernels in columns; 0 if they read interleaved rows.
uint32_t tfwasm_f32_gemm_columns(void);

// An indirect GEMM kernel, which reads its rows in pieces through pointers, and its parameters.
struct tfwasm_f32_igemm {
  // Multiplies `count` rows, at most `rows`, with packed weights of `columns` columns. `pieces` has
  // pointers to the first pieces of `rows` rows, then to the second pieces, and so on.
  // `pointer_bytes`: the size of all these pointers. `offset` and `zero` are 0.
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
