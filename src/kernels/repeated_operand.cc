// SPDX-License-Identifier: Apache-2.0
#include "kernels/repeated_operand.h"

#include "core/error.h"
#include "kernels/scratch.h"

namespace tfwasm {

RepeatedOperand::RepeatedOperand(const Shape& operand, const Shape& whole) {
  const int missing = whole.rank() - operand.rank();
  bool fits = missing >= 0;
  for (int i = 0; fits && i < operand.rank(); ++i) {
    fits = operand[i] == 1 || operand[i] == whole[missing + i];
  }
  if (!fits) Throw(Code::kShape, "the shape ", operand, " does not broadcast to ", whole);

  expand_.shape = whole;
  expand_.in_strides.fill(0);
  expand_.out_strides = RowMajorStrides(whole);
  const auto strides = RowMajorStrides(operand);
  // Axes from the back belong to the period until the first one that is broadcast; any axis before
  // it that is not broadcast makes expanding necessary.
  bool in_period = true;
  for (int axis = whole.rank() - 1; axis >= 0; --axis) {
    const int i = axis - missing;
    const bool broadcast = i < 0 || operand[i] != whole[axis];
    if (broadcast) {
      in_period = false;
      continue;
    }
    expand_.in_strides[static_cast<size_t>(axis)] = strides[static_cast<size_t>(i)];
    if (in_period) {
      period_ *= whole[axis];
    } else if (whole[axis] > 1) {
      is_expanded_ = true;
    }
  }
  if (is_expanded_) period_ = whole.NumElements();
}

const void* RepeatedOperand::Values(const void* operand) const {
  if (!is_expanded_) return operand;
  void* values = ScratchSpace(static_cast<size_t>(period_) * sizeof(float));
  expand_.Run(operand, values);
  return values;
}

}  // namespace tfwasm
