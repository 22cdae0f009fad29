// SPDX-License-Identifier: Apache-2.0
// What our thread pool has beyond pthreadpool's interface.
#pragma once

#include <pthreadpool.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

// Says what the next parallel regions compute: about how much, and at most so many workers take
// part.
void pthreadpool_announce(pthreadpool_t pool, double work, uint32_t workers);

// Whether the regions stay on the caller for now, since threads have lost time of late.
bool pthreadpool_rests(void);

#ifdef __cplusplus
}
#endif
