// SPDX-License-Identifier: Apache-2.0
// Replaces XNNPACK's list of depthwise microkernels by an empty one: src/kernels/depthwise_conv.cc
// is faster. Depthwise filters with several outputs per channel run as grouped convolutions.
#include <xnnpack/config.h>

const struct xnn_dwconv_config* xnn_init_f32_dwconv_config(void) {
  static struct xnn_dwconv_config configs[XNN_MAX_F32_DWCONV_UKERNELS];
  return configs;
}
