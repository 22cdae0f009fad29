// SPDX-License-Identifier: Apache-2.0
// Elementwise functions of several tensors, with broadcasting.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/shape.h"
#include "kernels/map_elements.h"

namespace tfwasm {

// Loops over an output in rows that are as long as the shapes allow: adjacent axes are merged if
// every operand is contiguous, or repeated, along both. Short rows are computed several at once, as
// one row of a group.
class BroadcastMap {
 public:
  // Each operand must broadcast to `output`. `work`: cost of one element, as in PoolFor.
  BroadcastMap(const MapLoop& loop, const Shape& output, std::span<const Shape> operands,
               double work);

  // `operands`: one pointer for each. `fn`: as in MapLoop::run.
  void Run(const void* fn, const void* const* operands, void* out) const;

 private:
  using Offsets = std::array<int64_t, kMaxMapOperands>;
  struct Position {
    std::array<int64_t, Shape::kMaxRank> index;
    Offsets offsets;
  };
  struct Call;
  // Where the rows of a group are read from: kRows: copied for each group. kOneRow: copied once,
  // the same for all groups. kWhole: read in place, since they are contiguous.
  enum class Place : uint8_t { kRows, kOneRow, kWhole };
  static constexpr int64_t kGroupBytes = 8192;
  using Copies = std::array<std::array<char, kGroupBytes>, kMaxMapOperands>;

  void MergeAxes(const Shape& output, const std::array<Offsets, Shape::kMaxRank>& strides);
  void PlanGroups();
  Position PositionOf(int64_t row) const;
  // Advances by `count` rows, which must not go beyond the end of the innermost axis.
  void SkipRows(Position& position, int64_t count) const;
  void RunWhole(const Call& call, int64_t begin, int64_t end) const;
  void RunRows(const Call& call, int64_t begin, int64_t end) const;
  void CopyRows(const Call& call, int64_t first, int64_t rows, bool is_first, Copies& copies) const;
  void RunGroups(const Call& call, int64_t begin, int64_t end) const;

  MapLoop loop_;
  double work_;
  int64_t size_ = 0;
  int64_t rows_ = 0;
  int64_t row_size_ = 1;
  // The distance of an operand's elements along a row: 1, or 0 for a repeated element.
  std::array<size_t, kMaxMapOperands> steps_{};
  // The axes outside of a row, innermost first, and the operands' strides along them.
  int outer_rank_ = 0;
  std::array<int64_t, Shape::kMaxRank> dims_{};
  std::array<Offsets, Shape::kMaxRank> strides_{};

  // The number of rows that are computed at once; 1 if rows are long enough.
  int64_t group_ = 1;
  std::array<Place, kMaxMapOperands> places_{};
};

}  // namespace tfwasm
