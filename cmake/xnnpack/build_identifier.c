// SPDX-License-Identifier: Apache-2.0
// Upstream generates these functions. They tell whether an on-disk cache of packed weights matches
// the build. tfwasm has no such cache.
#include <stdbool.h>
#include <stddef.h>

size_t xnn_experimental_get_build_identifier_size(void) { return 0; }
const void* xnn_experimental_get_build_identifier_data(void) { return NULL; }
bool xnn_experimental_check_build_identifier(const void* data, size_t size) {
  (void)data;
  return size == 0;
}
