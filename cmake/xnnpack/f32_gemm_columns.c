// SPDX-License-Identifier: Apache-2.0
// What src/kernels/xnn_packed_weights.cc has to know of the matrix kernels that XNNPACK has chosen.
#include <xnnpack/config.h>

// How many columns a kernel multiplies at once; 0 when it reads their rows interleaved.
uint32_t tfwasm_f32_gemm_columns(void) {
  const struct xnn_gemm_config* config = xnn_init_f32_gemm_config();
  const bool is_plain = config != NULL && config->log2_kr == 0 && config->log2_sr == 0;
  return is_plain ? config->nr : 0;
}
