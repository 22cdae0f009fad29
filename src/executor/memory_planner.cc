// SPDX-License-Identifier: Apache-2.0
#include "executor/memory_planner.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "core/buffer.h"

namespace tfwasm {

namespace {

// Steps times blocks that are looked at before sharing is given up; about a second's work.
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

std::vector<size_t> LargestFirst(const std::vector<Lifetime>& lifetimes) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return lifetimes[a].bytes != lifetimes[b].bytes ? lifetimes[a].bytes > lifetimes[b].bytes
                                                    : a < b;
  });
  return order;
}

// The lowest offset with `bytes` free beside `neighbours`, which must be sorted by offset.
uint64_t LowestGap(const std::vector<size_t>& neighbours, const std::vector<uint64_t>& offsets,
                   const std::vector<Lifetime>& lifetimes, uint64_t bytes) {
  uint64_t candidate = 0;
  for (const size_t neighbour : neighbours) {
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
  std::vector<size_t> neighbours;
  for (const size_t block : LargestFirst(lifetimes)) {
    const Lifetime& lifetime = lifetimes[block];
    const auto first = placed_at.begin() + lifetime.first;
    const auto last = placed_at.begin() + lifetime.last + 1;
    neighbours.clear();
    for (auto it = first; it != last; ++it) {
      neighbours.insert(neighbours.end(), it->begin(), it->end());
    }
    std::sort(neighbours.begin(), neighbours.end(), [&](size_t a, size_t b) {
      return layout.offsets[a] != layout.offsets[b] ? layout.offsets[a] < layout.offsets[b] : a < b;
    });
    neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());

    const uint64_t bytes = Align(lifetime.bytes);
    layout.offsets[block] = LowestGap(neighbours, layout.offsets, lifetimes, bytes);
    layout.bytes = std::max(layout.bytes, layout.offsets[block] + bytes);
    for (auto it = first; it != last; ++it) it->push_back(block);
  }
  return layout;
}

}  // namespace tfwasm
