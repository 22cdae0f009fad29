// SPDX-License-Identifier: Apache-2.0
// Gather and scatter by index.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

// Shapes: input [batch, outer, size, inner], indices [batch, count], output [batch, outer, count,
// inner].
struct GatherDims {
  int64_t batch = 1;
  int64_t outer = 1;
  int64_t size = 1;
  int64_t count = 1;
  int64_t inner = 1;
};

// Throws E_INPUT when an index is not in [0, size).
void Gather(DType dtype, const GatherDims& dims, const void* in, const int32_t* indices, void* out);

// `index_rows` rows of `index_depth` indices into the leading axes of a tensor of shape `indexed`.
struct NdIndices {
  NdIndices(const Shape& indexed, int64_t index_depth, int64_t index_rows);

  // The first element of the block that row `row` of `indices` refers to. Throws E_INPUT if an
  // index is out of range.
  int64_t Offset(const int32_t* indices, int64_t row) const {
    const int32_t* index = indices + row * depth;
    int64_t offset = 0;
    for (int axis = 0; axis < depth; ++axis) {
      if (index[axis] < 0 || index[axis] >= shape[axis]) ThrowOutOfRange(row, axis, index[axis]);
      offset = offset * shape[axis] + index[axis];
    }
    return offset * block;
  }

  Shape shape;
  int depth;
  int64_t rows;
  int64_t block;  // elements of one block

 private:
  [[noreturn]] void ThrowOutOfRange(int64_t row, int axis, int32_t index) const;
};

// Copies the blocks that `indices` refer to into out [rows, block].
void GatherNd(DType dtype, const NdIndices& where, const void* in, const int32_t* indices,
              void* out);

// Copies the blocks of updates [rows, block] to where `indices` refer to. The last of equal indices
// wins.
void ScatterNd(DType dtype, const NdIndices& where, const int32_t* indices, const void* updates,
               void* out);

// Like ScatterNd, but adds; ORs bools. Throws E_DTYPE for strings.
void ScatterAddNd(DType dtype, const NdIndices& where, const int32_t* indices, const void* updates,
                  void* out);

}  // namespace tfwasm
