// SPDX-License-Identifier: Apache-2.0
#include "kernels/one_hot.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <typename T>
void SetRows(const AxisSplit& split, const int32_t* indices, const T& on, const T& off, T* out,
             int64_t begin, int64_t end) {
  const int64_t row = split.size * split.inner;
  out += begin * row;
  FillElements(DTypeOf<T>(), &off, out, (end - begin) * row);
  indices += begin * split.inner;
  // 32-bit positions: pointers have 32 bits in WebAssembly.
  const auto inner = static_cast<size_t>(split.inner);
  for (int64_t i = begin; i < end; ++i, out += row) {
    for (size_t k = 0; k < inner; ++k) {
      const int32_t index = *indices++;
      if (index >= 0 && index < split.size) out[static_cast<size_t>(index) * inner + k] = on;
    }
  }
}

}  // namespace

void OneHot(DType dtype, const AxisSplit& split, const int32_t* indices, const void* on,
            const void* off, void* out) {
  const int64_t row = split.size * split.inner;
  if (row == 0) return;
  VisitType(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto set = [&](int64_t begin, int64_t end) {
      // A few rows at a time, so that they are still in the cache for the second pass.
      constexpr int64_t kElements = 4096;
      const int64_t step = std::max<int64_t>(1, kElements / row);
      for (int64_t i = begin; i < end; i += step) {
        SetRows(split, indices, *static_cast<const T*>(on), *static_cast<const T*>(off),
                static_cast<T*>(out), i, std::min(i + step, end));
      }
    };
    // String copies allocate and can throw, so they must stay on the calling thread.
    if (std::is_same_v<T, std::string>) return set(0, split.outer);
    ParallelFor(split.outer, static_cast<double>(row), set);
  });
}

}  // namespace tfwasm
