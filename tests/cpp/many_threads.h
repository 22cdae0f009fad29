// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/thread_pool.h"

namespace tfwasm {

// During its lifetime, kernels run on four threads even for little work. No effect in builds
// without threads.
class ManyThreads {
 public:
  ManyThreads() : least_work_(SetLeastParallelWork(0)) { SetThreadCount(4); }
  ~ManyThreads() {
    SetThreadCount(1);
    SetLeastParallelWork(least_work_);
  }
  ManyThreads(const ManyThreads&) = delete;
  ManyThreads& operator=(const ManyThreads&) = delete;

 private:
  double least_work_;
};

}  // namespace tfwasm
