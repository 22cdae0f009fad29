// SPDX-License-Identifier: Apache-2.0
// Working memory of kernels, shared by all of them since only one runs at a time.
#pragma once

#include <cstdint>

namespace tfwasm {

// At least `bytes` of uninitialized memory, aligned and padded as Buffer's, valid until the next
// call. Not counted as tensor memory. Throws E_OOM.
void* ScratchSpace(uint64_t bytes);

// Gives the memory back; the next ScratchSpace takes it anew.
void ReleaseScratchSpace();

}  // namespace tfwasm
