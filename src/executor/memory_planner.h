// SPDX-License-Identifier: Apache-2.0
// Places intermediates in one arena so that those alive at the same time do not overlap.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// A block that is alive from step `first` to step `last`, both included.
struct Lifetime {
  uint64_t bytes = 0;
  int first = 0;
  int last = 0;
};

// 64 bits everywhere, since what a hostile model asks for may exceed a 32-bit address space.
struct ArenaLayout {
  std::vector<uint64_t> offsets;  // one for each lifetime, multiples of Buffer::kAlignment
  uint64_t bytes = 0;
};

// Largest first, each block at the lowest offset that is free during its whole life: the "greedy by
// size" strategy of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
// 2020. Blocks of a graph too large for that in reasonable time share nothing.
ArenaLayout PlanArena(const std::vector<Lifetime>& lifetimes);

}  // namespace tfwasm
