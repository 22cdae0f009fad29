// SPDX-License-Identifier: Apache-2.0
#include "kernels/tile.h"

#include <algorithm>

#include "kernels/copy.h"
#include "kernels/strided_copy.h"

namespace tfwasm {

namespace {

// Repeats the `count` elements at `data` up to `total` elements, by copies that double in size.
void Repeat(DType dtype, void* data, int64_t count, int64_t total) {
  for (int64_t done = count; done < total;) {
    const int64_t more = std::min(done, total - done);
    CopyElements(dtype, data, ElementAt(dtype, data, done), more);
    done += more;
  }
}

}  // namespace

void Tile(DType dtype, const Shape& input, const Shape& output, const void* in, void* out) {
  if (output.NumElements() == 0) return;
  const auto strides = RowMajorStrides(output);
  StridedCopy corner{.dtype = dtype, .shape = input};
  corner.in_strides = RowMajorStrides(input);
  corner.out_strides = strides;
  corner.Run(in, out);
  // The first repetition along every axis is in place. Fills the axes, the last one first.
  for (int axis = input.rank(); axis-- > 0;) {
    if (input[axis] == output[axis]) continue;
    const int64_t stride = strides[static_cast<size_t>(axis)];
    const int64_t blocks = input.Product(0, axis);
    for (int64_t block = 0; block < blocks; ++block) {
      int64_t rest = block;
      int64_t offset = 0;
      for (int outer = axis; outer-- > 0;) {
        offset += rest % input[outer] * strides[static_cast<size_t>(outer)];
        rest /= input[outer];
      }
      Repeat(dtype, ElementAt(dtype, out, offset), input[axis] * stride, output[axis] * stride);
    }
  }
}

}  // namespace tfwasm
