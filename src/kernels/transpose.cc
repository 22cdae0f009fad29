// SPDX-License-Identifier: Apache-2.0
#include "kernels/transpose.h"

#include <algorithm>
#include <bit>

#include "kernels/copy.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// A run of axes that are adjacent and in order in both the input and the result: [first, last).
struct AxisRun {
  int first;
  int last;
};

std::vector<AxisRun> FindRuns(const Shape& shape, const std::vector<int>& permutation) {
  std::vector<AxisRun> runs;
  for (const int axis : permutation) {
    if (shape[axis] == 1) continue;
    // Axes of size 1 in between do not end a run.
    const bool continues =
        !runs.empty() && runs.back().last <= axis && shape.Product(runs.back().last, axis) == 1;
    if (continues) {
      runs.back().last = axis + 1;
    } else {
      runs.push_back({axis, axis + 1});
    }
  }
  return runs;
}

// Transposes 4 x 4 elements.
void TransposeFour(const uint32_t* in, ptrdiff_t in_step, uint32_t* out, ptrdiff_t out_step) {
  using Four = VectorOf<uint32_t>;
  Four rows[4];
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < 4; ++i) rows[i] = Load<Four>(in + i * in_step);
  const Four a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  const Four b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const Four c = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  const Four d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  const Four columns[4] = {
      __builtin_shufflevector(a, b, 0, 1, 4, 5), __builtin_shufflevector(a, b, 2, 3, 6, 7),
      __builtin_shufflevector(c, d, 0, 1, 4, 5), __builtin_shufflevector(c, d, 2, 3, 6, 7)};
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < 4; ++i) Store(columns[i], out + i * out_step);
}

void TransposeFour(const uint8_t* in, ptrdiff_t in_step, uint8_t* out, ptrdiff_t out_step) {
  using Four = VectorOf<uint32_t>;
  using Bytes = VectorOf<uint8_t>;
  Four rows = {};
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < 4; ++i) rows[i] = Load<uint32_t>(in + i * in_step);
  const auto bytes = std::bit_cast<Bytes>(rows);
  const auto columns = std::bit_cast<Four>(
      __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
#pragma clang loop unroll(full)
  for (ptrdiff_t i = 0; i < 4; ++i) Store(uint32_t{columns[i]}, out + i * out_step);
}

// Transposes blocks of 4 x 4. Not inlined: the caller's variables would take up registers.
template <typename T>
[[gnu::noinline]] void TransposeFours(const T* in, ptrdiff_t in_step, T* out, ptrdiff_t out_step,
                                      ptrdiff_t rows, ptrdiff_t columns) {
  for (; columns > 0; --columns, in += 4, out += 4 * out_step) {
    const T* row = in;
    T* column = out;
    for (ptrdiff_t i = rows; i > 0; --i, row += 4 * in_step, column += 4) {
      TransposeFour(row, in_step, column, out_step);
    }
  }
}

// Transposes rows of the input, in_step elements apart, into columns.
template <typename T>
struct Plane {
  const T* in;
  ptrdiff_t in_step;
  T* out;
  ptrdiff_t out_step;
  ptrdiff_t rows, columns;

  void TransposePlain(ptrdiff_t first_row, ptrdiff_t last_row, ptrdiff_t first_column,
                      ptrdiff_t last_column) const {
    for (ptrdiff_t column = first_column; column < last_column; ++column) {
#pragma clang loop vectorize(disable)
      for (ptrdiff_t row = first_row; row < last_row; ++row) {
        out[column * out_step + row] = in[row * in_step + column];
      }
    }
  }

  void Transpose() const {
    const ptrdiff_t whole_rows = rows / 4 * 4;
    const ptrdiff_t whole_columns = columns / 4 * 4;
    TransposeFours(in, in_step, out, out_step, whole_rows / 4, whole_columns / 4);
    TransposePlain(0, whole_rows, whole_columns, columns);
    TransposePlain(whole_rows, rows, 0, columns);
  }
};

}  // namespace

Transposer::Transposer(DType dtype, const Shape& shape, const std::vector<int>& permutation)
    : dtype_(dtype), size_(shape.NumElements()) {
  strided_.dtype = dtype;
  if (size_ == 0) return;
  const std::vector<AxisRun> runs = FindRuns(shape, permutation);
  for (const AxisRun& run : runs) {
    strided_.in_strides[static_cast<size_t>(strided_.shape.rank())] =
        shape.Product(run.last, shape.rank());
    strided_.shape.Append(shape.Product(run.first, run.last));
  }
  strided_.out_strides = RowMajorStrides(strided_.shape);
  const size_t element = ElementSize(dtype);
  if (dtype == DType::kString || (element != 1 && element != 4)) return;
  for (int i = 0; i + 1 < strided_.shape.rank(); ++i) {
    if (strided_.in_strides[static_cast<size_t>(i)] == 1) column_axis_ = i;
  }
}

template <typename T>
void Transposer::RunTiles(const T* in, T* out) const {
  // The number of rows that make four cache lines of the result.
  constexpr int64_t kStrip = 256 / sizeof(T);
  const int last = strided_.shape.rank() - 1;
  const auto at = [](int axis) { return static_cast<size_t>(axis); };
  const int64_t rows = strided_.shape[last];
  const int64_t columns = strided_.shape[column_axis_];
  const int64_t strips = (rows + kStrip - 1) / kStrip;
  const double work = static_cast<double>(columns * kStrip);
  ParallelFor(size_ / rows / columns * strips, work, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i % strips * kStrip;
      int64_t in_offset = row * strided_.in_strides[at(last)];
      int64_t out_offset = row;
      int64_t rest = i / strips;
      for (int axis = last - 1; axis >= 0; --axis) {
        if (axis == column_axis_) continue;
        const int64_t index = rest % strided_.shape[axis];
        rest /= strided_.shape[axis];
        in_offset += index * strided_.in_strides[at(axis)];
        out_offset += index * strided_.out_strides[at(axis)];
      }
      Plane<T>{.in = in + in_offset,
               .in_step = static_cast<ptrdiff_t>(strided_.in_strides[at(last)]),
               .out = out + out_offset,
               .out_step = static_cast<ptrdiff_t>(strided_.out_strides[at(column_axis_)]),
               .rows = static_cast<ptrdiff_t>(std::min(kStrip, rows - row)),
               .columns = static_cast<ptrdiff_t>(columns)}
          .Transpose();
    }
  });
}

void Transposer::Run(const void* in, void* out) const {
  if (size_ == 0) return;
  if (column_axis_ < 0) return strided_.Run(in, out);
  if (ElementSize(dtype_) == 1) {
    return RunTiles(static_cast<const uint8_t*>(in), static_cast<uint8_t*>(out));
  }
  RunTiles(static_cast<const uint32_t*>(in), static_cast<uint32_t*>(out));
}

}  // namespace tfwasm
