// SPDX-License-Identifier: Apache-2.0
#include "kernels/segment.h"

#include <type_traits>

#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

void AddSegments(DType dtype, const void* in, int64_t block, const int32_t* rows,
                 const int32_t* segments, int64_t count, void* out) {
  VisitNumber(dtype, [&](auto tag) {
    // int32 wraps around.
    using Element = typename decltype(tag)::type;
    using T = std::conditional_t<std::is_same_v<Element, float>, float, uint32_t>;
    // Threads split the columns, since several rows may go to the same segment.
    ParallelFor(block, static_cast<double>(count), [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < count; ++i) {
        if (segments[i] < 0) continue;
        const int64_t row = rows == nullptr ? i : rows[i];
        const T* from = static_cast<const T*>(in) + row * block;
        T* to = static_cast<T*>(out) + segments[i] * block;
        for (int64_t k = begin; k < end; ++k) to[k] += from[k];
      }
    });
  });
}

void DivideRow(DType dtype, void* row, int64_t block, int64_t divisor) {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* values = static_cast<T*>(row);
    for (int64_t k = 0; k < block; ++k) values[k] /= static_cast<T>(divisor);
  });
}

}  // namespace tfwasm
