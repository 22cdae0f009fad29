// SPDX-License-Identifier: Apache-2.0
#include "f32_gemm.h"

#include <math.h>
#include <string.h>
#include <xnnpack/config.h>

uint32_t tfwasm_f32_gemm_columns(void) {
  const struct xnn_gemm_config* config = xnn_init_f32_gemm_config();
  const bool is_plain = config != NULL && config->log2_kr == 0 && config->log2_sr == 0;
  return is_plain ? config->nr : 0;
}

struct tfwasm_f32_igemm tfwasm_find_f32_igemm(float min, float max) {
  const struct xnn_gemm_config* config = xnn_init_f32_gemm_config();
  const size_t index = config->mr - 1;
  xnn_igemm_ukernel_fn kernel = NULL;
  if (max == INFINITY && min == -INFINITY) kernel = config->linear.igemm[index].function[0];
  if (max == INFINITY && min == 0) kernel = config->relu.igemm[index].function[0];
  if (kernel == NULL) kernel = config->minmax.igemm[index].function[0];
  struct tfwasm_f32_igemm result = {
      .kernel = kernel, .rows = config->mr, .tile_stride = config->nr * sizeof(float)};
  union xnn_f32_minmax_params params;
  _Static_assert(sizeof(params) == sizeof(result.params), "a clamp is two numbers");
  config->init.f32(&params, min, max);
  memcpy(result.params, &params, sizeof(params));
  return result;
}
