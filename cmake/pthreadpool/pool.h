// SPDX-License-Identifier: Apache-2.0
// What our thread pool has beyond pthreadpool's interface.
#pragma once

#include <pthreadpool.h>

#ifdef __cplusplus
extern "C" {
#endif

// At most so many workers take part in the next parallel regions.
void pthreadpool_limit_workers(pthreadpool_t pool, uint32_t workers);

#ifdef __cplusplus
}
#endif
