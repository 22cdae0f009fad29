// SPDX-License-Identifier: Apache-2.0
#include "kernels/strided_copy.h"

#include <algorithm>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A copy with adjacent axes merged if both sides allow it. The last axis is the inner loop.
struct Loops {
  int rank = 0;
  std::array<int64_t, Shape::kMaxRank> dims;
  std::array<int64_t, Shape::kMaxRank> in;
  std::array<int64_t, Shape::kMaxRank> out;

  size_t inner() const { return static_cast<size_t>(rank) - 1; }
};

Loops MergeAxes(const StridedCopy& copy) {
  Loops loops;
  for (int axis = 0; axis < copy.shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int64_t dim = copy.shape[axis];
    if (dim == 1) continue;
    auto place = static_cast<size_t>(loops.rank);
    if (loops.rank > 0 && loops.in[place - 1] == copy.in_strides[i] * dim &&
        loops.out[place - 1] == copy.out_strides[i] * dim) {
      --place;
      loops.dims[place] *= dim;
    } else {
      loops.dims[place] = dim;
      ++loops.rank;
    }
    loops.in[place] = copy.in_strides[i];
    loops.out[place] = copy.out_strides[i];
  }
  if (loops.rank == 0) {
    loops.rank = 1;
    loops.dims[0] = loops.in[0] = loops.out[0] = 1;
  }
  return loops;
}

// The start of a row of the inner loop. Advances through the outer axes without divisions.
class RowCursor {
 public:
  RowCursor(const Loops& loops, int64_t row) : loops_(loops) {
    for (size_t axis = loops.inner(); axis-- > 0;) {
      index_[axis] = row % loops.dims[axis];
      row /= loops.dims[axis];
      in += index_[axis] * loops.in[axis];
      out += index_[axis] * loops.out[axis];
    }
  }

  // The number of rows up to the end of the innermost outer axis.
  int64_t RowsOfAxis() const {
    if (loops_.rank == 1) return 1;
    const size_t axis = loops_.inner() - 1;
    return loops_.dims[axis] - index_[axis];
  }

  // Advances by at most RowsOfAxis() rows.
  void Skip(int64_t rows) {
    for (size_t axis = loops_.inner(); axis-- > 0; rows = 1) {
      in += loops_.in[axis] * rows;
      out += loops_.out[axis] * rows;
      index_[axis] += rows;
      if (index_[axis] < loops_.dims[axis]) return;
      in -= loops_.in[axis] * loops_.dims[axis];
      out -= loops_.out[axis] * loops_.dims[axis];
      index_[axis] = 0;
    }
  }

  int64_t in = 0;
  int64_t out = 0;

 private:
  const Loops& loops_;
  std::array<int64_t, Shape::kMaxRank> index_{};
};

// Calls copy(in, out) for a range of rows of the inner loop. `size`: of an element.
template <typename F>
void ForEachRow(const Loops& loops, const char* in, char* out, int64_t size, int64_t begin,
                int64_t end, const F& copy) {
  const size_t axis = loops.rank == 1 ? 0 : loops.inner() - 1;
  const auto in_step = static_cast<ptrdiff_t>(loops.in[axis] * size);
  const auto out_step = static_cast<ptrdiff_t>(loops.out[axis] * size);
  RowCursor cursor(loops, begin);
  for (int64_t row = begin; row < end;) {
    const int64_t rows = std::min(end - row, cursor.RowsOfAxis());
    const char* from = in + cursor.in * size;
    char* to = out + cursor.out * size;
    for (auto left = static_cast<size_t>(rows); left > 0; --left, from += in_step, to += out_step) {
      copy(from, to);
    }
    row += rows;
    cursor.Skip(rows);
  }
}

}  // namespace

void StridedCopy::Run(const void* in, void* out) const {
  const int64_t elements = shape.NumElements();
  if (elements == 0) return;
  const Loops loops = MergeAxes(*this);
  const size_t inner = loops.inner();
  const int64_t rows = elements / loops.dims[inner];
  const bool is_plain = dtype != DType::kString && !IsHandle(dtype);
  const auto size = static_cast<int64_t>(ElementSize(dtype));
  const bool has_whole_rows = is_plain && loops.in[inner] == 1 && loops.out[inner] == 1;
  const auto copy_rows = [&](int64_t begin, int64_t end) {
    const auto* from = static_cast<const char*>(in);
    auto* to = static_cast<char*>(out);
    if (has_whole_rows && in != out) {
      const auto bytes = static_cast<size_t>(loops.dims[inner] * size);
      return ForEachRow(
          loops, from, to, size, begin, end,
          [bytes](const char* in_row, char* out_row) { CopyBytes(out_row, in_row, bytes); });
    }
    ForEachRow(loops, from, to, size, begin, end, [&](const char* in_row, char* out_row) {
      CopyElements(dtype, in_row, loops.in[inner], out_row, loops.out[inner], loops.dims[inner]);
    });
  };
  // String copies allocate and can throw, so they must stay on the calling thread.
  if (dtype == DType::kString) return copy_rows(0, rows);
  ParallelFor(rows, static_cast<double>(loops.dims[inner]), copy_rows);
}

void CopyRows(DType dtype, const void* in, int64_t in_step, void* out, int64_t out_step,
              int64_t rows, int64_t columns) {
  StridedCopy copy{.dtype = dtype, .shape = {rows, columns}};
  copy.in_strides = {in_step, 1};
  copy.out_strides = {out_step, 1};
  copy.Run(in, out);
}

}  // namespace tfwasm
