// SPDX-License-Identifier: Apache-2.0
// Assigns arena offsets to intermediates, so that blocks with overlapping lifetimes do not overlap.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// A block that is live from step `first` to step `last`, inclusive.
struct Lifetime {
  uint64_t bytes = 0;
  int first = 0;
  int last = 0;
};

// 64-bit sizes, since a hostile model may request more than a 32-bit address space.
struct ArenaLayout {
  std::vector<uint64_t> offsets;  // one per lifetime, multiples of Buffer::kAlignment
  uint64_t bytes = 0;
};

// Places blocks by size, largest first, each at the lowest offset that is free during its lifetime:
// "greedy by size" of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net
// Inference", 2020. If the graph is too large for that, blocks share no memory.
ArenaLayout PlanArena(const std::vector<Lifetime>& lifetimes);

}  // namespace tfwasm
