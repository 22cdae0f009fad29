// SPDX-License-Identifier: Apache-2.0
#include "kernels/slice.h"

#include "kernels/copy.h"

namespace tfwasm {

Slice::Slice(DType dtype, const Shape& input, const SliceSpec& spec)
    : copy_{.dtype = dtype, .shape = spec.size} {
  const auto strides = RowMajorStrides(input);
  copy_.out_strides = RowMajorStrides(spec.size);
  for (size_t axis = 0; axis < static_cast<size_t>(input.rank()); ++axis) {
    first_ += spec.begin[axis] * strides[axis];
    copy_.in_strides[axis] = spec.step[axis] * strides[axis];
  }
}

void Slice::Run(const void* in, void* out) const {
  copy_.Run(ElementAt(copy_.dtype, in, first_), out);
}

}  // namespace tfwasm
