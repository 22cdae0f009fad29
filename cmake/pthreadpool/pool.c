// SPDX-License-Identifier: Apache-2.0
// Replaces pthreadpool's pthreads.c. There, the caller waits at the end of each parallel region
// until every worker has woken up, even those whose items it has computed itself. On a busy machine
// a worker gets its core a few milliseconds late. Here a worker has to enter a region, the caller
// closes it when no item is left, and waits only for workers that are inside. docs/kernels.md has
// the measurements.
#include "pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#include <emscripten/threading.h>
#include <math.h>
#else
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#endif

#include "threadpool-atomics.h"
#include "threadpool-common.h"
#include "threadpool-object.h"
#include "threadpool-utils.h"

typedef _Atomic(uint32_t) Word;

// The gate of a region counts the workers inside in its low bits, and above them how many more may
// enter.
#define SEAT 0x10000u
#define INSIDE 0xFFFFu

// How long a worker looks for the next region before it sleeps: longer than the steps between two
// regions of a model take, and too short to take the core from anyone.
static const double kWorkerSpin = 0.1;  // Milliseconds, as all times.
// How long the caller looks for the last workers to leave. They are in their last items.
static const double kCallerSpin = 0.05;
static const uint32_t kSpinsPerClock = 64;

// One of so many runs of a step is on one thread, to know how long that takes.
static const uint32_t kRunsPerMeasurement = 64;
static const double kLearningRate = 0.1;
// When regions have taken this much longer than they take on one thread, the next ones stay on the
// caller.
static const double kMostLoss = 2;
// Gains of the past do not make up for more losses than this.
static const double kMostCredit = 2;
// Work until threads get another chance, twice as much each time. They have to prove themselves at
// once then.
static const double kFirstPause = 50;
static const double kLongestPause = 800;
static const double kMostLossAfterPause = 0.5;

// A step of a program.
#define KINDS 512
struct Kind {
  uint64_t key;
  uint32_t runs;
  // Its time on one thread, 0 if that is not known.
  double alone;
};

// There is one pool at a time.
static struct {
  Word gate;
  Word region;    // The number of the latest region, on which workers sleep.
  Word sleepers;  // Workers that sleep, or are about to.
  Word stopping;
  // What the next regions compute, and how many workers may take part.
  double work;
  uint32_t most_workers;
  // What the regions of late have gained, and whether they run on one thread for now.
  double balance;
  double pause;
  double pause_left;
  struct Kind kinds[KINDS];
} state;

#ifdef __EMSCRIPTEN__
static double Now(void) { return emscripten_get_now(); }
static void Sleep(Word* word, uint32_t value) {
  emscripten_futex_wait((void*)word, value, INFINITY);
}
static void Wake(Word* word, uint32_t count) { emscripten_futex_wake((void*)word, (int)count); }
#else
static double Now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}
static void Sleep(Word* word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL);
}
static void Wake(Word* word, uint32_t count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count);
}
#endif

// Whether the word has changed from `value` within this time.
static bool SpinUntilChanged(Word* word, uint32_t value, double time) {
  const double end = Now() + time;
  do {
    for (uint32_t i = 0; i < kSpinsPerClock; ++i) {
      if (*word != value) return true;
      pthreadpool_yield();
    }
  } while (Now() < end);
  return false;
}

static bool Enter(void) {
  uint32_t gate = state.gate;
  while (gate >= SEAT) {
    if (__c11_atomic_compare_exchange_weak(&state.gate, &gate, gate - SEAT + 1, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST)) {
      return true;
    }
  }
  return false;
}

static void Leave(void) {
  // The caller sleeps on a closed gate only.
  if (__c11_atomic_fetch_sub(&state.gate, 1, __ATOMIC_SEQ_CST) == 1) Wake(&state.gate, 1);
}

static void RunItems(struct pthreadpool* pool, struct thread_info* thread) {
  const thread_function_t function =
      (thread_function_t)pthreadpool_load_relaxed_void_p(&pool->thread_function);
  const bool flush =
      (pthreadpool_load_relaxed_uint32_t(&pool->flags) & PTHREADPOOL_FLAG_DISABLE_DENORMALS) != 0;
  struct fpu_state saved = {0};
  if (flush) {
    saved = get_fpu_state();
    disable_fpu_denormals();
  }
  function(pool, thread);
  if (flush) set_fpu_state(saved);
}

static void* WorkerMain(void* arg) {
  struct thread_info* thread = arg;
  uint32_t last = 0;
  while (!state.stopping) {
    if (!SpinUntilChanged(&state.region, last, kWorkerSpin)) {
      ++state.sleepers;
      while (state.region == last) Sleep(&state.region, last);
      --state.sleepers;
    }
    last = state.region;
    if (Enter()) {
      RunItems(thread->threadpool, thread);
      Leave();
    }
  }
  return NULL;
}

static void StartRegion(uint32_t workers) {
  state.gate = workers * SEAT;
  ++state.region;
  const uint32_t sleepers = state.sleepers;
  if (sleepers > 0) Wake(&state.region, sleepers < workers ? sleepers : workers);
}

static void FinishRegion(void) {
  uint32_t gate = __c11_atomic_fetch_and(&state.gate, INSIDE, __ATOMIC_SEQ_CST) & INSIDE;
  for (; gate != 0; gate = state.gate) {
    if (!SpinUntilChanged(&state.gate, gate, kCallerSpin)) Sleep(&state.gate, gate);
  }
}

static void SplitItems(struct pthreadpool* pool, size_t count) {
  const struct fxdiv_result_size_t share = fxdiv_divide_size_t(count, pool->threads_count);
  size_t start = 0;
  for (size_t i = 0; i < pool->threads_count.value; ++i) {
    struct thread_info* thread = &pool->threads[i];
    const size_t length = share.quotient + (i < share.remainder ? 1 : 0);
    pthreadpool_store_relaxed_size_t(&thread->range_start, start);
    pthreadpool_store_relaxed_size_t(&thread->range_end, start + length);
    pthreadpool_store_relaxed_size_t(&thread->range_length, length);
    start += length;
  }
}

// The same step of a program comes again with the same task, work and size. Its context does not
// tell it apart: it may be new each time, or a place on the stack that several steps use.
static struct Kind* KindOf(void* task, size_t count) {
  uint64_t work = 0;
  memcpy(&work, &state.work, sizeof(work));
  const uint64_t key = ((uint64_t)(uintptr_t)task * 31 + count) * 31 ^ work;
  struct Kind* kind = &state.kinds[(key ^ key >> 9 ^ key >> 20 ^ key >> 40) % KINDS];
  if (kind->key != key) *kind = (struct Kind){.key = key};
  return kind;
}

// Keeps the time on one thread. Now and then the system takes the core away, which would make any
// time longer.
static void Learn(struct Kind* kind, double time) {
  const double more = time - kind->alone;
  if (kind->alone == 0 || more < 0) {
    kind->alone = time;
  } else {
    kind->alone += kLearningRate * (more < kind->alone ? more : kind->alone);
  }
}

// Keeps account of what threads have gained.
static void Account(double gain) {
  state.balance += gain;
  if (state.balance >= kMostCredit) {
    state.balance = kMostCredit;
    state.pause = kFirstPause;
  } else if (state.balance < -kMostLoss) {
    state.balance = kMostLossAfterPause - kMostLoss;
    state.pause_left = state.pause;
    state.pause = state.pause * 2 < kLongestPause ? state.pause * 2 : kLongestPause;
  }
}

PTHREADPOOL_INTERNAL void pthreadpool_parallelize(struct pthreadpool* pool,
                                                  thread_function_t function, const void* params,
                                                  size_t params_size, void* task, void* context,
                                                  size_t count, uint32_t flags) {
  pthreadpool_store_relaxed_void_p(&pool->thread_function, (void*)function);
  pthreadpool_store_relaxed_void_p(&pool->task, task);
  pthreadpool_store_relaxed_void_p(&pool->argument, context);
  pthreadpool_store_relaxed_uint32_t(&pool->flags, flags);
  if (params_size != 0) memcpy(&pool->params, params, params_size);
  SplitItems(pool, count);

  struct Kind* kind = KindOf(task, count);
  const bool measures = kind->runs++ % kRunsPerMeasurement == 1;
  const double start = Now();
  if (measures || state.pause_left > 0) {
    RunItems(pool, &pool->threads[0]);
    const double time = Now() - start;
    Learn(kind, time);
    state.pause_left -= time;
    return;
  }
  const uint32_t workers =
      count - 1 < state.most_workers ? (uint32_t)(count - 1) : state.most_workers;
  StartRegion(workers);
  RunItems(pool, &pool->threads[0]);
  FinishRegion();
  if (kind->alone > 0) Account(kind->alone - (Now() - start));
}

struct pthreadpool* pthreadpool_create(size_t count) {
  struct pthreadpool* pool = pthreadpool_allocate(count);
  if (pool == NULL) return NULL;
  memset(&state, 0, sizeof(state));
  state.pause = kFirstPause;
  state.most_workers = (uint32_t)count - 1;
  pool->threads_count = fxdiv_init_size_t(count);
  for (size_t i = 0; i < count; ++i) {
    pool->threads[i].thread_number = i;
    pool->threads[i].threadpool = pool;
  }
  // The caller is the first.
  for (size_t i = 1; i < count; ++i) {
    if (pthread_create(&pool->threads[i].thread_object, NULL, WorkerMain, &pool->threads[i]) != 0) {
      // Those that run already are stopped.
      pool->threads_count = fxdiv_init_size_t(i);
      pthreadpool_destroy(pool);
      return NULL;
    }
  }
  return pool;
}

void pthreadpool_announce(pthreadpool_t pool, double work, uint32_t workers) {
  state.work = work;
  const uint32_t most = (uint32_t)pool->threads_count.value - 1;
  state.most_workers = workers < most ? workers : most;
}

bool pthreadpool_rests(void) { return state.pause_left > 0; }

void pthreadpool_destroy(struct pthreadpool* pool) {
  if (pool == NULL) return;
  state.stopping = 1;
  ++state.region;
  Wake(&state.region, INSIDE);
  for (size_t i = 1; i < pool->threads_count.value; ++i)
    pthread_join(pool->threads[i].thread_object, NULL);
  pthreadpool_deallocate(pool);
}
