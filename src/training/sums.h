// SPDX-License-Identifier: Apache-2.0
// Loops over the elements of a variable, for rules of optimizers that need norms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/thread_pool.h"

namespace tfwasm {

// Calls fn(i) for i in [0, size), in parallel.
template <typename F>
void ForEachElement(int64_t size, const F& fn) {
  ParallelFor(size, 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

// The sum of fn(i), in parallel; the same for any number of threads.
template <typename F>
double SumOf(int64_t size, const F& fn) {
  constexpr int64_t kChunk = 4096;
  std::vector<double> sums(static_cast<size_t>((size + kChunk - 1) / kChunk));
  ParallelFor(static_cast<int64_t>(sums.size()), 4 * kChunk, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      double sum = 0;
      const int64_t last = std::min(size, (chunk + 1) * kChunk);
      for (int64_t i = chunk * kChunk; i < last; ++i) sum += fn(i);
      sums[static_cast<size_t>(chunk)] = sum;
    }
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

// The root of the mean of fn(i)^2. 0 if there are no elements.
template <typename F>
double RootMeanSquare(int64_t size, const F& fn) {
  const auto square = [&](int64_t i) {
    const auto value = double{fn(i)};
    return value * value;
  };
  return size == 0 ? 0 : std::sqrt(SumOf(size, square) / static_cast<double>(size));
}

}  // namespace tfwasm
