// SPDX-License-Identifier: Apache-2.0
#include "kernels/strided_copy.h"

#include <cstring>

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A copy with adjacent axes merged where both sides allow it; the last axis is the inner loop.
struct Loops {
  int rank = 0;
  std::array<int64_t, Shape::kMaxRank> dims;
  std::array<int64_t, Shape::kMaxRank> in;
  std::array<int64_t, Shape::kMaxRank> out;
};

Loops MergeAxes(const StridedCopy& copy) {
  Loops loops;
  for (int axis = 0; axis < copy.shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int64_t dim = copy.shape[axis];
    if (dim == 1) continue;
    const auto last = static_cast<size_t>(loops.rank) - 1;
    if (loops.rank > 0 && loops.in[last] == copy.in_strides[i] * dim &&
        loops.out[last] == copy.out_strides[i] * dim) {
      loops.dims[last] *= dim;
      loops.in[last] = copy.in_strides[i];
      loops.out[last] = copy.out_strides[i];
      continue;
    }
    loops.dims[last + 1] = dim;
    loops.in[last + 1] = copy.in_strides[i];
    loops.out[last + 1] = copy.out_strides[i];
    ++loops.rank;
  }
  if (loops.rank == 0) {
    loops.rank = 1;
    loops.dims[0] = loops.in[0] = loops.out[0] = 1;
  }
  return loops;
}

template <typename T>
void CopyRow(const char* in, int64_t in_step, char* out, int64_t out_step, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(out + i * out_step, in + i * in_step, sizeof(T));
  }
}

void CopyRowBytes(const char* in, int64_t in_step, char* out, int64_t out_step, int64_t count,
                  size_t element_size) {
  const auto contiguous = static_cast<int64_t>(element_size);
  if (in_step == contiguous && out_step == contiguous) {
    std::memcpy(out, in, static_cast<size_t>(count) * element_size);
    return;
  }
  switch (element_size) {
    case 1:
      return CopyRow<uint8_t>(in, in_step, out, out_step, count);
    case 4:
      return CopyRow<uint32_t>(in, in_step, out, out_step, count);
    case 8:
      return CopyRow<uint64_t>(in, in_step, out, out_step, count);
    default:
      for (int64_t i = 0; i < count; ++i) {
        std::memcpy(out + i * out_step, in + i * in_step, element_size);
      }
  }
}

}  // namespace

void StridedCopy::Run(const void* in, void* out) const {
  const int64_t elements = shape.NumElements();
  if (elements == 0) return;
  const Loops loops = MergeAxes(*this);
  const auto inner = static_cast<size_t>(loops.rank) - 1;
  const auto bytes = static_cast<int64_t>(element_size);
  const int64_t rows = elements / loops.dims[inner];
  ParallelFor(rows, static_cast<double>(loops.dims[inner]), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row;
      int64_t in_offset = 0;
      int64_t out_offset = 0;
      for (size_t axis = inner; axis-- > 0;) {
        const int64_t index = rest % loops.dims[axis];
        rest /= loops.dims[axis];
        in_offset += index * loops.in[axis];
        out_offset += index * loops.out[axis];
      }
      CopyRowBytes(static_cast<const char*>(in) + in_offset * bytes, loops.in[inner] * bytes,
                   static_cast<char*>(out) + out_offset * bytes, loops.out[inner] * bytes,
                   loops.dims[inner], element_size);
    }
  });
}

}  // namespace tfwasm
