// SPDX-License-Identifier: Apache-2.0
// The thread pool of the kernels, one per process. Only one thread may start kernels.
#pragma once

#include <pthreadpool.h>

#include <algorithm>
#include <cstdint>

namespace tfwasm {

// Sets the number of threads, including the calling one. Builds without threads always use one.
// Existing operators keep working. Throws E_OOM if the threads cannot be created.
void SetThreadCount(int count);
int ThreadCount();

// While paused, kernels run on the calling thread.
void PauseThreads(bool paused);

// The pool, or nullptr (run on the calling thread) if `work` is not worth waking its threads.
// `work`: about how many elements are read or multiply-adds are done.
pthreadpool_t PoolFor(double work);

// Whether kernels stay on the calling thread for now, since threads have lost time of late.
bool ThreadsRest();

// Sets the minimum work for which PoolFor returns the pool. Returns the previous value. For tests
// with small inputs.
double SetLeastParallelWork(double work);

// Runs fn(begin, end) for consecutive ranges that cover [0, count), on several threads if that
// pays. `work_per_item` as in PoolFor. fn must not throw.
template <typename F>
void ParallelFor(int64_t count, double work_per_item, const F& fn) {
  if (count <= 0) return;
  const pthreadpool_t pool = PoolFor(static_cast<double>(count) * work_per_item);
  if (pool == nullptr) {
    fn(int64_t{0}, count);
    return;
  }
  // Several ranges per thread, so that a thread that starts late does not delay the rest.
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
