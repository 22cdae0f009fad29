// SPDX-License-Identifier: Apache-2.0
// Functions of elements of several tensors, which are broadcast to one shape.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/shape.h"
#include "kernels/map_elements.h"

namespace tfwasm {

// Loops over an output with as few and as long rows as the shapes allow: axes along which every
// operand advances, or stays, alike are merged. Short rows are laid out side by side.
class BroadcastMap {
 public:
  // Each operand must broadcast to `output`. `work`: of one element, as in PoolFor.
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
  // Where a group finds an operand's rows: in copies of each, in copies that serve all groups, or
  // side by side where they are.
  enum class Place : uint8_t { kRows, kOneRow, kWhole };
  static constexpr int64_t kGroupBytes = 8192;
  using Copies = std::array<std::array<char, kGroupBytes>, kMaxMapOperands>;

  void MergeAxes(const Shape& output, const std::array<Offsets, Shape::kMaxRank>& strides);
  void PlanGroups();
  Position PositionOf(int64_t row) const;
  // Goes on by `count` rows, at most to the end of the innermost axis.
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
  // By how many elements an operand advances along a row: 1, or 0 when one element serves all.
  std::array<size_t, kMaxMapOperands> steps_{};
  // The axes around a row, innermost first, and the operands' strides along them.
  int outer_rank_ = 0;
  std::array<int64_t, Shape::kMaxRank> dims_{};
  std::array<Offsets, Shape::kMaxRank> strides_{};

  // How many rows are computed at once; 1 when they are long enough.
  int64_t group_ = 1;
  std::array<Place, kMaxMapOperands> places_{};
};

}  // namespace tfwasm
