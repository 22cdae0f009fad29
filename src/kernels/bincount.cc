// SPDX-License-Identifier: Apache-2.0
#include "kernels/bincount.h"

#include <algorithm>
#include <atomic>
#include <type_traits>

#include "core/wrapping_math.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <typename T>
bool Count(const int32_t* numbers, const T* weights, int64_t count, bool is_binary, T* out,
           int64_t size) {
  const auto end = static_cast<size_t>(count);
  // OR of the numbers out of range: negative if one of them is.
  int32_t others = 0;
  const auto limit = static_cast<uint32_t>(std::min(size, int64_t{1} << 31));
  if (weights == nullptr && !is_binary) {
    for (size_t i = 0; i < end; ++i) {
      const int32_t number = numbers[i];
      if (static_cast<uint32_t>(number) < limit) {
        ++out[number];
      } else {
        others |= number;
      }
    }
    return others < 0;
  }
  for (size_t i = 0; i < end; ++i) {
    if (static_cast<uint32_t>(numbers[i]) >= limit) {
      others |= numbers[i];
      continue;
    }
    T& total = out[numbers[i]];
    const T weight = weights == nullptr ? T(1) : weights[i];
    if (is_binary) {
      total = 1;
    } else if constexpr (std::is_same_v<T, int32_t>) {
      total = WrappingAdd(total, weight);
    } else {
      total += weight;
    }
  }
  return others < 0;
}

}  // namespace

bool CountRows(DType dtype, const int32_t* numbers, const void* weights, int64_t rows,
               int64_t columns, bool is_binary, void* out, int64_t size) {
  return VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::atomic<bool> has_negative = false;
    ParallelFor(rows, static_cast<double>(columns), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t at = row * columns;
        const T* row_weights = weights == nullptr ? nullptr : static_cast<const T*>(weights) + at;
        if (Count(numbers + at, row_weights, columns, is_binary, static_cast<T*>(out) + row * size,
                  size)) {
          has_negative = true;
        }
      }
    });
    return has_negative.load();
  });
}

}  // namespace tfwasm
