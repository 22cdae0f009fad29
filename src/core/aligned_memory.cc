// SPDX-License-Identifier: Apache-2.0
#include "core/aligned_memory.h"

#include <limits>

namespace tfwasm {

// Not aligned_alloc(), which trims its blocks: a later block of the same size would not fit into
// the hole left by one.
AlignedMemory::AlignedMemory(uint64_t bytes) {
  constexpr uint64_t kExtra = kPadding + kAlignment - 1;
  if (bytes > std::numeric_limits<size_t>::max() - kExtra) return;
  memory_.reset(static_cast<std::byte*>(std::malloc(static_cast<size_t>(bytes + kExtra))));
}

}  // namespace tfwasm
