// SPDX-License-Identifier: Apache-2.0
// The threads that kernels run on, one pool for the process. Kernels are started by one thread
// only.
#pragma once

#include <pthreadpool.h>

#include <algorithm>
#include <cstdint>

namespace tfwasm {

// Sets how many threads kernels use, the calling one included. Builds without threads always use
// one. Operators prepared before keep working. Throws E_OOM when the threads cannot be had.
void SetThreadCount(int count);
int ThreadCount();

// The pool, for work that is worth waking its threads; nullptr (run on the calling thread) for
// less. `work`: roughly how many elements are touched or multiply-adds done.
pthreadpool_t PoolFor(double work);

// Sets from how much work on PoolFor gives the pool, and returns what it was: tests have small
// inputs.
double SetLeastParallelWork(double work);

// Runs fn(begin, end) for consecutive ranges that together cover [0, count), on several threads
// when that pays. `work_per_item` as in PoolFor. fn must not throw.
template <typename F>
void ParallelFor(int64_t count, double work_per_item, const F& fn) {
  if (count <= 0) return;
  const pthreadpool_t pool = PoolFor(static_cast<double>(count) * work_per_item);
  if (pool == nullptr) {
    fn(int64_t{0}, count);
    return;
  }
  // A few ranges a thread, so that a thread that starts late does not hold up the rest.
  constexpr int64_t kRangesPerThread = 4;
  const int64_t ranges = kRangesPerThread * ThreadCount();
  const int64_t size = std::max<int64_t>(1, (count + ranges - 1) / ranges);
  pthreadpool_parallelize_1d_tile_1d(
      pool,
      [](void* context, size_t begin, size_t length) {
        (*static_cast<const F*>(context))(static_cast<int64_t>(begin),
                                          static_cast<int64_t>(begin + length));
      },
      const_cast<F*>(&fn), static_cast<size_t>(count), static_cast<size_t>(size), 0);
}

}  // namespace tfwasm
