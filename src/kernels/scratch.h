// SPDX-License-Identifier: Apache-2.0
// Working memory, shared by all kernels, since only one runs at a time.
#pragma once

#include <cstdint>

namespace tfwasm {

// At least `bytes` of uninitialized memory, aligned and padded like a Buffer. Valid until the next
// call. Not counted as tensor memory. Throws E_OOM.
void* ScratchSpace(uint64_t bytes);

// Frees the memory. The next ScratchSpace call allocates it again.
void ReleaseScratchSpace();

}  // namespace tfwasm
