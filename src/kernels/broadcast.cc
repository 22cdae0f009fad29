// SPDX-License-Identifier: Apache-2.0
#include "kernels/broadcast.h"

#include <algorithm>

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// The longest rows that are worth copying: rows of distinct elements, repeated single elements, one
// row shared by many.
constexpr int64_t kLongestCopiedRow = 12;
constexpr int64_t kLongestRepeatedRow = 128;

// The operands' strides along each axis of the output; 0 where an operand is repeated.
std::array<std::array<int64_t, kMaxMapOperands>, Shape::kMaxRank> StridesAlong(
    const Shape& output, std::span<const Shape> operands) {
  std::array<std::array<int64_t, kMaxMapOperands>, Shape::kMaxRank> strides{};
  for (size_t i = 0; i < operands.size(); ++i) {
    const Shape& shape = operands[i];
    int64_t stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const int out_axis = axis + output.rank() - shape.rank();
      if (shape[axis] != 1) strides[static_cast<size_t>(out_axis)][i] = stride;
      stride *= shape[axis];
    }
  }
  return strides;
}

// Rows of `count` elements, or of one repeated element, with a distance of `stride` elements.
struct Rows {
  const char* from;
  int64_t stride;
  bool is_repeated;
  int64_t rows;
  int64_t count;
};

template <typename T>
void LaySideBySide(const Rows& rows, char* to) {
  const T* in = reinterpret_cast<const T*>(rows.from);
  T* out = reinterpret_cast<T*>(to);
  const auto count = static_cast<size_t>(rows.count);
  for (int64_t row = rows.rows; row > 0; --row, in += rows.stride, out += count) {
    if (rows.is_repeated) {
      std::fill_n(out, count, *in);
    } else {
#pragma clang loop vectorize(disable)
      for (size_t i = 0; i < count; ++i) out[i] = in[i];
    }
  }
}

void LaySideBySide(const Rows& rows, int64_t size, char* to) {
  if (size == 1) return LaySideBySide<uint8_t>(rows, to);
  if (size == 4) return LaySideBySide<uint32_t>(rows, to);
  LaySideBySide<uint64_t>(rows, to);
}

}  // namespace

struct BroadcastMap::Call {
  const void* fn;
  const void* const* operands;
  void* out;

  const char* operand(size_t i) const { return static_cast<const char*>(operands[i]); }
};

BroadcastMap::BroadcastMap(const MapLoop& loop, const Shape& output,
                           std::span<const Shape> operands, double work)
    : loop_(loop), work_(work), size_(output.NumElements()) {
  MergeAxes(output, StridesAlong(output, operands));
  if (size_ == 0) return;
  rows_ = size_ / row_size_;
  PlanGroups();
}

void BroadcastMap::MergeAxes(const Shape& output,
                             const std::array<Offsets, Shape::kMaxRank>& strides) {
  // Innermost axis first. The first merged axis becomes the row.
  size_t count = 0;
  for (int axis = output.rank() - 1; axis >= 0; --axis) {
    if (output[axis] == 1) continue;
    const Offsets& stride = strides[static_cast<size_t>(axis)];
    bool continues = count > 0;
    for (size_t i = 0; continues && i < stride.size(); ++i) {
      continues = stride[i] == strides_[count - 1][i] * dims_[count - 1];
    }
    if (continues) {
      dims_[count - 1] *= output[axis];
      continue;
    }
    dims_[count] = output[axis];
    strides_[count] = stride;
    ++count;
  }
  if (count == 0) return;
  row_size_ = dims_[0];
  outer_rank_ = static_cast<int>(count) - 1;
  for (size_t i = 0; i < steps_.size(); ++i) steps_[i] = static_cast<size_t>(strides_[0][i]);
  std::copy_n(dims_.begin() + 1, count - 1, dims_.begin());
  std::copy_n(strides_.begin() + 1, count - 1, strides_.begin());
}

void BroadcastMap::PlanGroups() {
  if (outer_rank_ == 0) return;
  const auto size = *std::max_element(loop_.sizes.begin(), loop_.sizes.end());
  if (size > sizeof(uint64_t)) return;  // strings
  for (size_t i = 0; i < kMaxMapOperands; ++i) {
    bool is_one_row = true;
    bool is_whole = steps_[i] == 1;
    int64_t stride = row_size_;
    for (size_t k = 0; k < static_cast<size_t>(outer_rank_); ++k) {
      is_one_row = is_one_row && strides_[k][i] == 0;
      is_whole = is_whole && strides_[k][i] == stride;
      stride *= dims_[k];
    }
    if (is_one_row) places_[i] = Place::kOneRow;
    if (is_whole) places_[i] = Place::kWhole;
  }
  int64_t longest = kLongestRepeatedRow;
  for (size_t i = 0; i < kMaxMapOperands; ++i) {
    if (places_[i] != Place::kRows || loop_.sizes[i] == 0) continue;
    longest = std::min(longest, steps_[i] == 0 ? kLongestRepeatedRow : kLongestCopiedRow);
  }
  if (row_size_ > longest) return;
  group_ = std::min(kGroupBytes / (row_size_ * size), rows_);
}

BroadcastMap::Position BroadcastMap::PositionOf(int64_t row) const {
  Position position{};
  for (size_t k = 0; k < static_cast<size_t>(outer_rank_); ++k) {
    position.index[k] = row % dims_[k];
    row /= dims_[k];
    for (size_t i = 0; i < position.offsets.size(); ++i) {
      position.offsets[i] += position.index[k] * strides_[k][i];
    }
  }
  return position;
}

void BroadcastMap::SkipRows(Position& position, int64_t count) const {
  for (size_t i = 0; i < position.offsets.size(); ++i) {
    position.offsets[i] += (count - 1) * strides_[0][i];
  }
  position.index[0] += count - 1;
  for (size_t k = 0; k < static_cast<size_t>(outer_rank_); ++k) {
    for (size_t i = 0; i < position.offsets.size(); ++i) position.offsets[i] += strides_[k][i];
    if (++position.index[k] < dims_[k]) return;
    position.index[k] = 0;
    for (size_t i = 0; i < position.offsets.size(); ++i) {
      position.offsets[i] -= dims_[k] * strides_[k][i];
    }
  }
}

void BroadcastMap::RunWhole(const Call& call, int64_t begin, int64_t end) const {
  const void* from[kMaxMapOperands] = {};
  for (size_t i = 0; i < kMaxMapOperands && loop_.sizes[i] > 0; ++i) {
    from[i] = call.operand(i) + begin * static_cast<int64_t>(steps_[i] * loop_.sizes[i]);
  }
  MapBlocks(loop_, call.fn, from, steps_.data(),
            static_cast<char*>(call.out) + begin * loop_.out_size,
            static_cast<size_t>(end - begin));
}

void BroadcastMap::RunRows(const Call& call, int64_t begin, int64_t end) const {
  Position position = PositionOf(begin);
  const MapRows map(loop_, steps_.data(), static_cast<size_t>(row_size_));
  ptrdiff_t row_steps[kMaxMapOperands];
  for (size_t i = 0; i < kMaxMapOperands; ++i) {
    row_steps[i] = static_cast<ptrdiff_t>(strides_[0][i]);
  }
  for (int64_t row = begin; row < end;) {
    const void* from[kMaxMapOperands] = {};
    for (size_t i = 0; i < kMaxMapOperands && loop_.sizes[i] > 0; ++i) {
      from[i] = call.operand(i) + position.offsets[i] * loop_.sizes[i];
    }
    // Up to the end of the innermost axis.
    const int64_t count = std::min(end - row, dims_[0] - position.index[0]);
    map.Run(call.fn, from, row_steps,
            static_cast<char*>(call.out) + row * row_size_ * loop_.out_size,
            static_cast<size_t>(count));
    row += count;
    SkipRows(position, count);
  }
}

void BroadcastMap::CopyRows(const Call& call, int64_t first, int64_t rows, bool is_first,
                            Copies& copies) const {
  Position position = PositionOf(first);
  for (int64_t row = 0; row < rows;) {
    // Up to the end of the innermost axis.
    const int64_t count = std::min(rows - row, dims_[0] - position.index[0]);
    for (size_t i = 0; i < kMaxMapOperands && loop_.sizes[i] > 0; ++i) {
      if (places_[i] == Place::kWhole || (places_[i] == Place::kOneRow && !is_first)) continue;
      const int64_t size = loop_.sizes[i];
      LaySideBySide({.from = call.operand(i) + position.offsets[i] * size,
                     .stride = strides_[0][i],
                     .is_repeated = steps_[i] == 0,
                     .rows = count,
                     .count = row_size_},
                    size, copies[i].data() + row * row_size_ * size);
    }
    row += count;
    SkipRows(position, count);
  }
}

void BroadcastMap::RunGroups(const Call& call, int64_t begin, int64_t end) const {
  alignas(16) Copies copies;
  constexpr size_t kSteps[kMaxMapOperands] = {1, 1, 1};
  const bool has_other_rows = std::count(places_.begin(), places_.end(), Place::kRows) > 0;
  for (int64_t first = begin; first < end;) {
    const int64_t rows = std::min(group_, end - first);
    const int64_t groups = has_other_rows ? 1 : (end - first) / rows;
    const int64_t size = rows * row_size_;
    CopyRows(call, first, rows, first == begin, copies);
    const void* from[kMaxMapOperands];
    ptrdiff_t group_steps[kMaxMapOperands];
    for (size_t i = 0; i < kMaxMapOperands; ++i) {
      const bool is_whole = places_[i] == Place::kWhole;
      from[i] = is_whole ? call.operand(i) + first * row_size_ * loop_.sizes[i] : copies[i].data();
      group_steps[i] = is_whole ? static_cast<ptrdiff_t>(size) : 0;
    }
    MapRows(loop_, kSteps, static_cast<size_t>(size))
        .Run(call.fn, from, group_steps,
             static_cast<char*>(call.out) + first * row_size_ * loop_.out_size,
             static_cast<size_t>(groups));
    first += groups * rows;
  }
}

void BroadcastMap::Run(const void* fn, const void* const* operands, void* out) const {
  const Call call{fn, operands, out};
  if (outer_rank_ == 0) {
    return ParallelFor(size_, work_,
                       [&](int64_t begin, int64_t end) { RunWhole(call, begin, end); });
  }
  ParallelFor(rows_, work_ * static_cast<double>(row_size_), [&](int64_t begin, int64_t end) {
    if (group_ > 1) return RunGroups(call, begin, end);
    RunRows(call, begin, end);
  });
}

}  // namespace tfwasm
