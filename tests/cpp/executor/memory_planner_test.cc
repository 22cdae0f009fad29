// SPDX-License-Identifier: Apache-2.0
#include "executor/memory_planner.h"

#include <doctest/doctest.h>

#include "core/buffer.h"
#include "test_random.h"

namespace tfwasm {
namespace {

bool Overlap(const std::vector<Lifetime>& lifetimes, const ArenaLayout& layout) {
  for (size_t a = 0; a < lifetimes.size(); ++a) {
    for (size_t b = a + 1; b < lifetimes.size(); ++b) {
      const bool in_time =
          lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
      const bool in_space = layout.offsets[a] < layout.offsets[b] + lifetimes[b].bytes &&
                            layout.offsets[b] < layout.offsets[a] + lifetimes[a].bytes;
      if (in_time && in_space) return true;
    }
  }
  return false;
}

TEST_CASE("a chain needs room for two neighbours only") {
  std::vector<Lifetime> chain;
  for (int step = 0; step < 100; ++step) chain.push_back({1024, step, step + 1});
  const ArenaLayout layout = PlanArena(chain);
  CHECK(layout.bytes == 2048);
  CHECK_FALSE(Overlap(chain, layout));
}

TEST_CASE("random lifetimes never overlap, are aligned and share memory") {
  TestRandom random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> lifetimes;
    size_t total = 0;
    for (int i = 0; i < 60; ++i) {
      const int first = random.Int(0, 49);
      lifetimes.push_back({random.Bits() % 5000, first, first + random.Int(0, 5)});
      total += lifetimes.back().bytes;
    }
    const ArenaLayout layout = PlanArena(lifetimes);
    CHECK_FALSE(Overlap(lifetimes, layout));
    CHECK(layout.bytes < total);
    for (const uint64_t offset : layout.offsets) CHECK(offset % Buffer::kAlignment == 0);
  }
}

TEST_CASE("blocks of no bytes and an empty plan are fine") {
  CHECK(PlanArena({}).bytes == 0);
  CHECK(PlanArena({{0, 0, 3}, {0, 0, 3}}).offsets.size() == 2);
}

TEST_CASE("a graph too large for sharing is still planned") {
  const std::vector<Lifetime> lifetimes(10'000, Lifetime{64, 0, 9'999});
  const ArenaLayout layout = PlanArena(lifetimes);
  CHECK(layout.bytes == 64 * 10'000);
}

}  // namespace
}  // namespace tfwasm
