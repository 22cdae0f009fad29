// SPDX-License-Identifier: Apache-2.0
#include "kernels/list_true.h"

#include <algorithm>

#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <typename T>
int64_t Count(const T* condition, int64_t size) {
  // In blocks, so that the inner counter is narrow enough for SIMD.
  constexpr int64_t kBlock = 128;
  int64_t count = 0;
  for (int64_t begin = 0; begin < size; begin += kBlock) {
    const int64_t end = std::min(size, begin + kBlock);
    int32_t found = 0;
    for (int64_t i = begin; i < end; ++i) found += condition[i] != T() ? 1 : 0;
    count += found;
  }
  return count;
}

template <typename T>
void List(const T* condition, const Shape& shape, int32_t* out) {
  const int64_t size = shape.NumElements();
  const int rank = shape.rank();
  if (rank == 0) return;
  // Steps through the outer axes without divisions.
  int32_t index[Shape::kMaxRank] = {};
  const int64_t columns = shape[rank - 1];
  for (int64_t begin = 0; begin < size; begin += columns) {
    for (int64_t i = 0; i < columns; ++i) {
      if (condition[begin + i] == T()) continue;
      for (int axis = 0; axis < rank - 1; ++axis) *out++ = index[axis];
      *out++ = static_cast<int32_t>(i);
    }
    for (int axis = rank - 1; axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

}  // namespace

int64_t CountTrue(DType dtype, const void* condition, int64_t size) {
  return VisitType(dtype, [&](auto tag) {
    return Count(static_cast<const typename decltype(tag)::type*>(condition), size);
  });
}

void ListTrue(DType dtype, const void* condition, const Shape& shape, int32_t* out) {
  VisitType(dtype, [&](auto tag) {
    List(static_cast<const typename decltype(tag)::type*>(condition), shape, out);
  });
}

}  // namespace tfwasm
