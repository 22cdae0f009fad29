// SPDX-License-Identifier: Apache-2.0
#include "kernels/thread_pool.h"

#include <memory>
#include <utility>

#include "core/error.h"

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
#define TFWASM_HAS_THREADS
#include <pool.h>
#endif

namespace tfwasm {

namespace {

// Less work takes less time than waking a sleeping thread.
double least_parallel_work = 1 << 17;

bool is_paused = false;

#ifdef TFWASM_HAS_THREADS
// More than any pool has.
constexpr uint32_t kMostThreads = 1024;
#endif

struct PoolDeleter {
  void operator()(pthreadpool_t pool) const { pthreadpool_destroy(pool); }
};

using Pool = std::unique_ptr<pthreadpool, PoolDeleter>;

// Never destroyed: threads must not be joined during process exit.
Pool& GlobalPool() {
  static Pool* pool = new Pool;
  return *pool;
}

}  // namespace

void SetThreadCount(int count) {
  Pool& pool = GlobalPool();
  const int wanted = std::max(count, 1);
  if (wanted == ThreadCount()) return;
  pool.reset();
  if (wanted == 1) return;
#ifdef TFWASM_HAS_THREADS
  pool.reset(pthreadpool_create(static_cast<size_t>(wanted)));
  if (pool == nullptr) Throw(Code::kOom, "a pool of ", wanted, " threads could not be started");
#endif
}

int ThreadCount() {
  const Pool& pool = GlobalPool();
  if (pool == nullptr) return 1;
  return static_cast<int>(pthreadpool_get_threads_count(pool.get()));
}

void PauseThreads(bool paused) { is_paused = paused; }

pthreadpool_t PoolFor(double work) {
  const pthreadpool_t pool = GlobalPool().get();
  if (pool == nullptr || is_paused || work < least_parallel_work) return nullptr;
#ifdef TFWASM_HAS_THREADS
  // Each thread that takes part needs that much work. A quotient by 0 is infinite, or not a number.
  const double threads = work / least_parallel_work;
  pthreadpool_announce(pool, work,
                       threads < kMostThreads ? static_cast<uint32_t>(threads) : kMostThreads);
#endif
  return pool;
}

bool ThreadsRest() {
#ifdef TFWASM_HAS_THREADS
  return pthreadpool_rests();
#else
  return false;
#endif
}

double SetLeastParallelWork(double work) { return std::exchange(least_parallel_work, work); }

}  // namespace tfwasm
