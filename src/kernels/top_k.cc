// SPDX-License-Identifier: Apache-2.0
#include "kernels/top_k.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "core/sort_keys.h"
#include "kernels/scratch.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr uint32_t kSignBit = 0x80000000u;

// Maps values to unsigned numbers of the same order.
uint32_t OrderedBits(int32_t value) { return static_cast<uint32_t>(value) ^ kSignBit; }

uint32_t OrderedBits(float value) {
  if (std::isnan(value)) return 0;
  // Adding zero turns -0 into 0.
  const auto bits = std::bit_cast<uint32_t>(value + 0.0f);
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

// Value and column in one number: the greater key is preferred.
template <typename T>
uint64_t Key(T value, int64_t column) {
  return static_cast<uint64_t>(OrderedBits(value)) << 32 | ~static_cast<uint32_t>(column);
}

// Collects keys, and drops the lower half when there are `room` of them. On average every key is
// handled a constant number of times, in any order of the row.
template <typename T>
void SelectRow(const T* row, int64_t columns, int64_t k, uint64_t* keys, int64_t room) {
  uint64_t threshold = 0;
  int64_t count = 0;
  const auto keep_best = [&] {
    std::nth_element(keys, keys + k - 1, keys + count, std::greater<>());
    threshold = keys[k - 1];
    count = k;
  };
  for (int64_t column = 0; column < columns; ++column) {
    const uint64_t key = Key(row[column], column);
    if (key < threshold) continue;
    keys[count++] = key;
    if (count == room) keep_best();
  }
  if (count > k) keep_best();
  SortDescending({keys, static_cast<size_t>(k)});
}

}  // namespace

template <typename T>
void TopK(const T* in, int64_t rows, int64_t columns, int64_t k, T* values, int32_t* indices) {
  if (rows == 0 || k == 0) return;
  const int64_t room = std::min(columns, 2 * k) + 1;
  // Each worker has its own keys.
  const int64_t workers = std::min<int64_t>(ThreadCount(), rows);
  const uint64_t bytes = static_cast<uint64_t>(workers * room) * sizeof(uint64_t);
  auto* all_keys = static_cast<uint64_t*>(ScratchSpace(bytes));
  constexpr double kWorkPerElement = 4;
  const double work = kWorkPerElement * static_cast<double>(rows) * static_cast<double>(columns);
  ParallelFor(workers, work / static_cast<double>(workers), [&](int64_t begin, int64_t end) {
    for (int64_t worker = begin; worker < end; ++worker) {
      uint64_t* keys = all_keys + worker * room;
      for (int64_t r = worker; r < rows; r += workers) {
        const T* row = in + r * columns;
        SelectRow(row, columns, k, keys, room);
        for (int64_t i = 0; i < k; ++i) {
          const uint32_t column = ~static_cast<uint32_t>(keys[i]);
          values[r * k + i] = row[column];
          indices[r * k + i] = static_cast<int32_t>(column);
        }
      }
    }
  });
}

template void TopK(const float*, int64_t, int64_t, int64_t, float*, int32_t*);
template void TopK(const int32_t*, int64_t, int64_t, int64_t, int32_t*, int32_t*);

}  // namespace tfwasm
