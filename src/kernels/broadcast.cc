// SPDX-License-Identifier: Apache-2.0
#include "kernels/broadcast.h"

namespace tfwasm {

namespace {

// The operands' strides along each axis of the output, 0 where an operand is repeated.
std::array<RowOffsets, Shape::kMaxRank> StridesAlong(const Shape& output,
                                                     std::span<const Shape> operands) {
  std::array<RowOffsets, Shape::kMaxRank> strides{};
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

}  // namespace

BroadcastLoops::BroadcastLoops(const Shape& output, std::span<const Shape> operands)
    : size_(output.NumElements()) {
  const auto strides = StridesAlong(output, operands);
  // Merged axes, innermost first; the first becomes the row.
  int count = 0;
  for (int axis = output.rank() - 1; axis >= 0; --axis) {
    if (output[axis] == 1) continue;
    const RowOffsets& stride = strides[static_cast<size_t>(axis)];
    if (count > 0) {
      const auto last = static_cast<size_t>(count) - 1;
      bool continues = true;
      for (size_t i = 0; i < stride.size(); ++i) {
        continues = continues && stride[i] == strides_[last][i] * dims_[last];
      }
      if (continues) {
        dims_[last] *= output[axis];
        continue;
      }
    }
    dims_[static_cast<size_t>(count)] = output[axis];
    strides_[static_cast<size_t>(count)] = stride;
    ++count;
  }
  row_size_ = count == 0 ? 1 : dims_[0];
  if (size_ == 0) return;
  rows_ = size_ / row_size_;
  outer_rank_ = count == 0 ? 0 : count - 1;
  for (size_t i = 0; i < steps_.size(); ++i) steps_[i] = static_cast<size_t>(strides_[0][i]);
  for (size_t k = 0; k < static_cast<size_t>(outer_rank_); ++k) {
    dims_[k] = dims_[k + 1];
    strides_[k] = strides_[k + 1];
  }
  repeated_row_operand_ = FindRepeatedRow(operands.size());
}

int BroadcastLoops::FindRepeatedRow(size_t operands) const {
  if (outer_rank_ != 1) return -1;
  int found = -1;
  for (size_t i = 0; i < operands; ++i) {
    if (steps_[i] != 1) return -1;
    if (strides_[0][i] != 0) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

BroadcastLoops::Position BroadcastLoops::PositionOf(int64_t row) const {
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

void BroadcastLoops::Advance(Position& position) const {
  for (size_t k = 0; k < static_cast<size_t>(outer_rank_); ++k) {
    for (size_t i = 0; i < position.offsets.size(); ++i) position.offsets[i] += strides_[k][i];
    if (++position.index[k] < dims_[k]) return;
    position.index[k] = 0;
    for (size_t i = 0; i < position.offsets.size(); ++i) {
      position.offsets[i] -= dims_[k] * strides_[k][i];
    }
  }
}

}  // namespace tfwasm
