// SPDX-License-Identifier: Apache-2.0
#include "kernels/search.h"

#include <algorithm>

#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <bool kIsUpper, typename T>
void Search(const T* rows, int64_t columns, const T* values, int64_t count, int64_t total,
            int32_t* out) {
  constexpr int kGroup = 4;
  constexpr double kWork = 20;
  ParallelFor(total, kWork, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end;) {
      const int64_t index = i / count;
      const T* row = rows + index * columns;
      const int64_t row_end = std::min(end, (index + 1) * count);
      for (; i + kGroup <= row_end; i += kGroup) {
        FindPlaces<kIsUpper, kGroup>(row, columns, values + i, out + i);
      }
      for (; i < row_end; ++i) FindPlaces<kIsUpper, 1>(row, columns, values + i, out + i);
    }
  });
}

}  // namespace

void SearchRows(DType dtype, bool is_upper, const void* rows, int64_t columns, const void* values,
                int64_t count, int64_t total, int32_t* out) {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto search = is_upper ? Search<true, T> : Search<false, T>;
    search(static_cast<const T*>(rows), columns, static_cast<const T*>(values), count, total, out);
  });
}

}  // namespace tfwasm
