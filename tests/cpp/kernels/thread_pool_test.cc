// SPDX-License-Identifier: Apache-2.0
#include "kernels/thread_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "many_threads.h"

namespace tfwasm {
namespace {

using Ranges = std::vector<std::pair<int64_t, int64_t>>;

// The ranges of a ParallelFor, sorted.
Ranges RangesOf(int64_t count, double work_per_item) {
  std::mutex mutex;
  Ranges ranges;
  ParallelFor(count, work_per_item, [&](int64_t begin, int64_t end) {
    const std::lock_guard lock(mutex);
    ranges.emplace_back(begin, end);
  });
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

// Whether this build has threads. Prints a message if not.
bool HasThreads() {
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
  return true;
#else
  MESSAGE("not run: this build has no threads");
  return false;
#endif
}

TEST_CASE("Paused threads take no part") {
  if (!HasThreads()) return;
  constexpr double kMuch = 1e9;
  SetThreadCount(2);
  CHECK(PoolFor(kMuch) != nullptr);
  PauseThreads(true);
  CHECK(PoolFor(kMuch) == nullptr);
  CHECK(RangesOf(10, kMuch) == Ranges{{0, 10}});
  PauseThreads(false);
  CHECK(PoolFor(kMuch) != nullptr);
  SetThreadCount(1);
}

TEST_CASE("ParallelFor covers every item once, in a few ranges a thread") {
  constexpr double kMuch = 1e9;
  for (const int threads : {1, 2, 3, 4}) {
    SetThreadCount(threads);
    for (const int64_t count : {0, 1, 2, 3, 4, 7, 15, 16, 17, 31, 33, 64, 1000, 1001}) {
      CAPTURE(threads);
      CAPTURE(count);
      const Ranges ranges = RangesOf(count, kMuch);
      int64_t next = 0;
      for (const auto& [begin, end] : ranges) {
        CHECK(begin == next);
        CHECK(end > begin);
        next = end;
      }
      CHECK(next == count);
      if (ThreadCount() == 1) {
        CHECK(ranges.size() == (count > 0 ? 1 : 0));
      } else {
        const auto most = std::min<int64_t>(count, 4 * threads);
        CHECK(static_cast<int64_t>(ranges.size()) <= most);
        // Rounding up the range size reduces the number of ranges by less than half.
        CHECK(static_cast<int64_t>(ranges.size()) * 2 >= most);
      }
    }
  }
  SetThreadCount(1);
}

TEST_CASE("ParallelFor runs little work at once, where it was called") {
  SetThreadCount(4);
  const auto caller = std::this_thread::get_id();
  int calls = 0;
  ParallelFor(1000, 1, [&](int64_t begin, int64_t end) {
    ++calls;
    CHECK(begin == 0);
    CHECK(end == 1000);
    CHECK(std::this_thread::get_id() == caller);
  });
  CHECK(calls == 1);
  CHECK(PoolFor(1e3) == nullptr);
  SetThreadCount(1);
  CHECK(PoolFor(1e12) == nullptr);
}

TEST_CASE("ParallelFor runs much work on all threads at the same time") {
  if (!HasThreads()) return;
  for (const int threads : {2, 4}) {
    SetThreadCount(threads);
    CHECK(ThreadCount() == threads);
    std::mutex mutex;
    std::condition_variable arrived;
    std::set<std::thread::id> ids;
    bool is_late = false;
    // Each range blocks until all threads have started one.
    ParallelFor(4 * threads, 1e9, [&](int64_t, int64_t) {
      std::unique_lock lock(mutex);
      ids.insert(std::this_thread::get_id());
      arrived.notify_all();
      const auto all = [&] { return is_late || static_cast<int>(ids.size()) == threads; };
      // Far longer than threads need to start.
      if (!arrived.wait_for(lock, std::chrono::minutes(2), all)) is_late = true;
    });
    CHECK(static_cast<int>(ids.size()) == threads);
    CHECK(ids.contains(std::this_thread::get_id()));
  }
  SetThreadCount(1);
}

TEST_CASE("regions in a row do not disturb each other") {
  if (!HasThreads()) return;
  // More threads than cores: most of them wake up late.
  SetThreadCount(4);
  for (int region = 0; region < 20000; ++region) {
    // Results of a region are complete when it ends, and no worker of an earlier one still writes.
    std::vector<int> counts(16, region);
    ParallelFor(16, 1e9, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++counts[static_cast<size_t>(i)];
    });
    REQUIRE(counts == std::vector<int>(16, region + 1));
  }
  SetThreadCount(1);
}

TEST_CASE("each thread needs work of its own") {
  if (!HasThreads()) return;
  const double least = SetLeastParallelWork(1000);
  SetThreadCount(4);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  for (int region = 0; region < 100; ++region) {
    ParallelFor(64, 16, [&](int64_t, int64_t) {
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
      std::this_thread::sleep_for(std::chrono::microseconds(10));
    });
    // One worker takes part, whichever is first.
    CHECK(ids.size() <= 2);
    ids.clear();
  }
  SetThreadCount(1);
  SetLeastParallelWork(least);
}

// Computes for about so long.
void Spend(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST_CASE("a large step is not taken for a small one with the same code") {
  if (!HasThreads()) return;
  SetThreadCount(2);
  const auto run = [](double work_per_item, std::chrono::microseconds time) {
    ParallelFor(16, work_per_item, [time](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) Spend(time);
    });
  };
  // Their time on one thread is known now.
  for (int i = 0; i < 4; ++i) run(1e6, std::chrono::microseconds(1));
  CHECK_FALSE(ThreadsRest());
  // Takes far longer, but not due to its threads.
  run(1e9, std::chrono::microseconds(2000));
  CHECK_FALSE(ThreadsRest());
  SetThreadCount(1);
}

TEST_CASE("any number of threads can be asked for at any time") {
  if (!HasThreads()) return;
  for (const int threads : {4, 4, 1, 3, 2, 0, -5, 4, 1}) {
    CAPTURE(threads);
    SetThreadCount(threads);
    CHECK(ThreadCount() == std::max(threads, 1));
    CHECK((PoolFor(1e12) != nullptr) == (threads > 1));
    std::vector<int> counts(100, 0);
    ParallelFor(100, 1e9, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++counts[static_cast<size_t>(i)];
    });
    CHECK(counts == std::vector<int>(100, 1));
  }
}

TEST_CASE("ManyThreads has little work done by all of them, and nothing stays") {
  if (!HasThreads()) return;
  {
    const ManyThreads many;
    CHECK(ThreadCount() == 4);
    CHECK(RangesOf(4, 0).size() == 4);
  }
  CHECK(ThreadCount() == 1);
  SetThreadCount(4);
  CHECK(RangesOf(4, 1).size() == 1);
  SetThreadCount(1);
}

}  // namespace
}  // namespace tfwasm
