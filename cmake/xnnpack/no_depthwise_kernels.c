// SPDX-License-Identifier: Apache-2.0
// XNNPACK's list of depthwise microkernels, without any: src/kernels/depthwise_conv.cc is faster.
// Depthwise filters with several outputs a channel are convolved as groups.
#include <xnnpack/config.h>

const struct xnn_dwconv_config* xnn_init_f32_dwconv_config(void) {
  static struct xnn_dwconv_config configs[XNN_MAX_F32_DWCONV_UKERNELS];
  return configs;
}
