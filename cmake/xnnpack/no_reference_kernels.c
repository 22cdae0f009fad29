// SPDX-License-Identifier: Apache-2.0
// Replaces upstream's src/reference/{unary,binary}-elementwise.cc in WebAssembly. Those are slow
// fallback kernels for every elementwise operator and data type, 200 KB in all. Without them,
// XNNPACK refuses to create operators that have no microkernel.
#include <stddef.h>

#include "xnnpack.h"
#include "xnnpack/reference-config.h"

const struct xnn_unary_elementwise_config* xnn_init_unary_reference_config(
    enum xnn_unary_operator op, enum xnn_datatype input, enum xnn_datatype output) {
  (void)op, (void)input, (void)output;
  return NULL;
}

const struct xnn_binary_elementwise_config* xnn_init_binary_reference_config(
    enum xnn_binary_operator op, enum xnn_datatype datatype) {
  (void)op, (void)datatype;
  return NULL;
}
