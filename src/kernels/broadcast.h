// SPDX-License-Identifier: Apache-2.0
// Walks the operands of a broadcasting operation row by row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/shape.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

inline constexpr int kMaxBroadcastOperands = 3;

// Offsets, in elements, of one row of each operand.
using RowOffsets = std::array<int64_t, kMaxBroadcastOperands>;

// Loops over an output to which up to three operands are broadcast, with as few and as long rows
// as the shapes allow: axes along which every operand advances, or stays, alike are merged.
class BroadcastLoops {
 public:
  // Each operand must broadcast to `output`.
  BroadcastLoops(const Shape& output, std::span<const Shape> operands);

  int64_t size() const { return size_; }
  // By how many elements the operand advances along a row: 1, or 0 when one element serves all.
  size_t row_step(int operand) const { return steps_[static_cast<size_t>(operand)]; }

  // The operand that is the same row for all rows, such as a bias, while the others have a row for
  // each; -1 when there is none.
  int repeated_row_operand() const { return repeated_row_operand_; }
  int64_t row_size() const { return row_size_; }

  // Calls row(offsets, out_offset, count) for parts of rows that together cover the output once,
  // on several threads when that pays. `work`: of one element, as in PoolFor.
  template <typename F>
  void ForEachRow(double work, const F& row) const {
    if (outer_rank_ == 0) {
      ParallelFor(size_, work, [&](int64_t begin, int64_t end) {
        RowOffsets offsets;
        for (size_t i = 0; i < offsets.size(); ++i) {
          offsets[i] = begin * static_cast<int64_t>(steps_[i]);
        }
        row(offsets, begin, static_cast<size_t>(end - begin));
      });
      return;
    }
    ParallelFor(rows_, work * static_cast<double>(row_size_), [&](int64_t begin, int64_t end) {
      Position position = PositionOf(begin);
      for (int64_t i = begin; i < end; ++i) {
        row(position.offsets, i * row_size_, static_cast<size_t>(row_size_));
        Advance(position);
      }
    });
  }

 private:
  struct Position {
    std::array<int64_t, Shape::kMaxRank> index;
    RowOffsets offsets;
  };

  Position PositionOf(int64_t row) const;
  void Advance(Position& position) const;
  int FindRepeatedRow(size_t operands) const;

  int64_t size_ = 0;
  int64_t rows_ = 0;
  int64_t row_size_ = 0;
  std::array<size_t, kMaxBroadcastOperands> steps_{};
  int repeated_row_operand_ = -1;
  // The axes around a row, innermost first, and the operands' strides along them.
  int outer_rank_ = 0;
  std::array<int64_t, Shape::kMaxRank> dims_{};
  std::array<RowOffsets, Shape::kMaxRank> strides_{};
};

}  // namespace tfwasm
