// SPDX-License-Identifier: Apache-2.0
#include "executor/memory_planner.h"

#include <algorithm>
#include <cstdint>

#include "core/buffer.h"
#include "core/sort_keys.h"

namespace tfwasm {

namespace {

// The limit for steps times blocks before sharing is given up; about one second of work.
constexpr int64_t kMostWork = 20'000'000;

uint64_t Align(uint64_t bytes) {
  const uint64_t at_least_one = std::max<uint64_t>(bytes, 1);
  return (at_least_one + Buffer::kAlignment - 1) / Buffer::kAlignment * Buffer::kAlignment;
}

int64_t TotalLifespan(const std::vector<Lifetime>& lifetimes) {
  int64_t total = 0;
  for (const Lifetime& lifetime : lifetimes) total += lifetime.last - lifetime.first + 1;
  return total;
}

ArenaLayout PlanWithoutSharing(const std::vector<Lifetime>& lifetimes) {
  ArenaLayout layout;
  for (const Lifetime& lifetime : lifetimes) {
    layout.offsets.push_back(layout.bytes);
    layout.bytes += Align(lifetime.bytes);
  }
  return layout;
}

// A sort key: bytes (a size or offset), then block. There are fewer than 2^25 blocks (kMostWork),
// and sizes are below 2^45.
constexpr uint64_t kBlockMask = (uint64_t{1} << 25) - 1;

uint64_t Key(uint64_t bytes, uint64_t block) {
  constexpr uint64_t kMost = ~uint64_t{0} >> 25;
  return std::min(bytes / Buffer::kAlignment, kMost) << 25 | block;
}

std::vector<size_t> LargestFirst(const std::vector<Lifetime>& lifetimes) {
  std::vector<uint64_t> keys;
  for (size_t i = 0; i < lifetimes.size(); ++i) {
    keys.push_back(Key(Align(lifetimes[i].bytes), kBlockMask - i));
  }
  SortDescending(keys);
  std::vector<size_t> order;
  for (const uint64_t key : keys) order.push_back(kBlockMask - (key & kBlockMask));
  return order;
}

// The lowest offset with a gap of `bytes` between `neighbours`, which are sorted keys of offsets.
uint64_t LowestGap(const std::vector<uint64_t>& neighbours, const std::vector<uint64_t>& offsets,
                   const std::vector<Lifetime>& lifetimes, uint64_t bytes) {
  uint64_t candidate = 0;
  for (const uint64_t key : neighbours) {
    const auto neighbour = static_cast<size_t>(key & kBlockMask);
    if (offsets[neighbour] >= candidate + bytes) break;
    candidate = std::max(candidate, offsets[neighbour] + Align(lifetimes[neighbour].bytes));
  }
  return candidate;
}

}  // namespace

ArenaLayout PlanArena(const std::vector<Lifetime>& lifetimes) {
  if (TotalLifespan(lifetimes) > kMostWork) return PlanWithoutSharing(lifetimes);
  int steps = 0;
  for (const Lifetime& lifetime : lifetimes) steps = std::max(steps, lifetime.last + 1);
  std::vector<std::vector<size_t>> placed_at(static_cast<size_t>(steps));

  ArenaLayout layout;
  layout.offsets.assign(lifetimes.size(), 0);
  std::vector<uint64_t> neighbours;
  for (const size_t block : LargestFirst(lifetimes)) {
    const Lifetime& lifetime = lifetimes[block];
    const auto first = placed_at.begin() + lifetime.first;
    const auto last = placed_at.begin() + lifetime.last + 1;
    neighbours.clear();
    for (auto it = first; it != last; ++it) {
      for (const size_t placed : *it) neighbours.push_back(Key(layout.offsets[placed], placed));
    }
    SortAscending(neighbours);
    neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());

    const uint64_t bytes = Align(lifetime.bytes);
    layout.offsets[block] = LowestGap(neighbours, layout.offsets, lifetimes, bytes);
    layout.bytes = std::max(layout.bytes, layout.offsets[block] + bytes);
    for (auto it = first; it != last; ++it) it->push_back(block);
  }
  return layout;
}

}  // namespace tfwasm
