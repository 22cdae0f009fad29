// SPDX-License-Identifier: Apache-2.0
// Sparse tensors: one row of indices per value, and the dense shape.
#include <limits>

#include "kernels/copy.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

constexpr int64_t kMostElements = std::numeric_limits<int32_t>::max();

// `shape`: the input with the dense shape.
void ExpectIndices(const OpContext& context, int shape) {
  context.ExpectDType(0, DType::kInt32, "the indices");
  context.ExpectRank(0, 2, "the indices");
  context.ExpectDType(shape, DType::kInt32, "the dense shape");
  context.ExpectRank(shape, 1, "the dense shape");
}

void InferSparseFillEmptyRows(InferContext& context) {
  const Shape& indices = context.shape(0);
  ExpectIndices(context, 2);
  context.ExpectRank(1, 1, "the values");
  ExpectScalar(context, 3, context.dtype(1), "the default value");
  if (indices[0] != context.shape(1)[0] || indices[1] != context.shape(2)[0] || indices[1] < 1) {
    Throw(Code::kShape, "indices of shape ", indices, " do not fit values of shape ",
          context.shape(1), " and a dense shape of rank ", context.shape(2)[0]);
  }
  context.set_output_unknown(0, DType::kInt32);
  context.set_output_unknown(1, context.dtype(1));
  context.set_output_unknown(2, DType::kBool);
  context.set_output(3, DType::kInt32, {indices[0]});
}

// The number of values in each row.
Tensor CountRows(const int32_t* indices, int64_t count, int64_t rank, int64_t rows) {
  Tensor result(DType::kInt32, {rows});
  auto* counts = result.mutable_values<int32_t>().data();
  ZeroElements(DType::kInt32, counts, rows);
  for (int64_t i = 0; i < count; ++i) {
    const int32_t row = indices[i * rank];
    if (row < 0 || row >= rows) {
      Throw(Code::kInput, "indices(", i, ", 0) is invalid: ", row,
            row < 0 ? " < " : " >= ", row < 0 ? 0 : rows);
    }
    ++counts[row];
  }
  return result;
}

// Keeps the order of values within a row.
std::unique_ptr<Kernel> SparseFillEmptyRowsKernel(const KernelContext& context) {
  const int64_t count = context.shape(0)[0];
  const int64_t rank = context.shape(0)[1];
  const DType dtype = context.dtype(1);
  return MakeKernel([=](RunContext& run) {
    const auto* indices = run.in<int32_t>(0);
    const int64_t rows = std::max(run.in<int32_t>(2)[0], 0);
    Tensor places = CountRows(indices, count, rank, rows);
    auto* next = places.mutable_values<int32_t>().data();
    auto* is_empty = run.AllocateOutput(2, {rows}).mutable_values<uint8_t>().data();
    int64_t total = 0;
    for (int64_t row = 0; row < rows; ++row) {
      is_empty[row] = next[row] == 0 ? 1 : 0;
      const int64_t size = std::max(next[row], 1);
      next[row] = static_cast<int32_t>(total);
      total += size;
      if (total > kMostElements) Throw(Code::kLimit, "too many values for int32 positions");
    }
    auto* out_indices = run.AllocateOutput(0, {total, rank}).mutable_values<int32_t>().data();
    void* out_values = run.AllocateOutput(1, {total}).mutable_data();
    ZeroElements(DType::kInt32, out_indices, total * rank);
    for (int64_t row = 0; row < rows; ++row) {
      if (is_empty[row] == 0) continue;
      out_indices[next[row] * rank] = static_cast<int32_t>(row);
      CopyElements(dtype, run.in(3), ElementAt(dtype, out_values, next[row]), 1);
    }
    for (int64_t i = 0; i < count; ++i) {
      const int32_t place = next[indices[i * rank]]++;
      run.out<int32_t>(3)[i] = place;
      CopyElements(DType::kInt32, indices + i * rank, out_indices + place * rank, rank);
      CopyElements(dtype, ElementAt(dtype, run.in(1), i), ElementAt(dtype, out_values, place), 1);
    }
  });
}

void InferSparseReshape(InferContext& context) {
  ExpectIndices(context, 1);
  context.ExpectDType(2, DType::kInt32, "the new shape");
  context.ExpectRank(2, 1, "the new shape");
  if (context.shape(0)[1] != context.shape(1)[0]) {
    Throw(Code::kShape, "expected ", context.shape(1)[0], " indices a value, got shape ",
          context.shape(0));
  }
  const int64_t rank = context.shape(2)[0];
  context.set_output(0, DType::kInt32, {context.shape(0)[0], rank});
  context.set_output(1, DType::kInt32, {rank});
}

// Throws E_INPUT if a dimension is negative or the product overflows.
int64_t CheckedProduct(const int32_t* dims, int64_t rank, std::string_view what) {
  int64_t product = 1;
  for (int64_t i = 0; i < rank; ++i) {
    if (dims[i] < 0)
      Throw(Code::kInput, what, ": size ", i, " must be non-negative, not ", dims[i]);
    // A zero dimension does not permit overflow before or after it.
    if (dims[i] != 0 && product > std::numeric_limits<int64_t>::max() / dims[i]) {
      Throw(Code::kInput, "the number of elements of ", what, " is too large");
    }
    product *= dims[i];
  }
  return product;
}

// Copies the new shape. Replaces a -1 so that the element counts match.
void ResolveShape(const int32_t* shape, int64_t rank, int64_t elements, int32_t* out) {
  int64_t unknown = -1;
  for (int64_t i = 0; i < rank; ++i) {
    out[i] = shape[i];
    if (shape[i] != -1) continue;
    if (unknown >= 0)
      Throw(Code::kInput, "only one output dimension may be -1, got dimensions ", unknown, " and ",
            i);
    unknown = i;
    out[i] = 1;
  }
  const int64_t known = CheckedProduct(out, rank, "the new shape");
  if (unknown >= 0) {
    if (known == 0 && elements != 0) {
      Throw(Code::kInput, "reshape cannot infer the missing output size for ", elements,
            " elements unless all specified input sizes are non-zero");
    }
    const int64_t dim = known == 0 ? 0 : elements / known;
    if (dim > kMostElements) Throw(Code::kInput, "a dimension of ", dim, " is too large for int32");
    out[unknown] = static_cast<int32_t>(dim);
    if (known * dim == elements) return;
    Throw(Code::kInput, "Input to reshape is a SparseTensor with ", elements,
          " dense values, but the requested shape requires a multiple of ", known);
  }
  if (known == elements) return;
  Throw(Code::kInput, "Input to reshape is a tensor with ", elements,
        " dense values, but the requested shape has ", known);
}

std::unique_ptr<Kernel> SparseReshapeKernel(const KernelContext& context) {
  const int64_t count = context.shape(0)[0];
  const int64_t rank = context.shape(0)[1];
  const int64_t new_rank = context.shape(2)[0];
  return MakeKernel([=](RunContext& run) {
    const auto* shape = run.in<int32_t>(1);
    const int64_t elements = CheckedProduct(shape, rank, "the old shape");
    auto* new_shape = run.out<int32_t>(1);
    ResolveShape(run.in<int32_t>(2), new_rank, elements, new_shape);
    for (int64_t i = 0; i < count; ++i) {
      const int32_t* index = run.in<int32_t>(0) + i * rank;
      int64_t flat = 0;
      for (int64_t axis = 0; axis < rank; ++axis) {
        if (index[axis] < 0 || index[axis] >= shape[axis]) {
          Throw(Code::kInput, "indices[", i, ", ", axis, "] is ", index[axis],
                ", expected at least 0 and less than ", shape[axis]);
        }
        flat = flat * shape[axis] + index[axis];
      }
      int32_t* out = run.out<int32_t>(0) + i * new_rank;
      for (int64_t axis = new_rank; axis-- > 0;) {
        out[axis] = static_cast<int32_t>(flat % new_shape[axis]);
        flat /= new_shape[axis];
      }
    }
  });
}

TFWASM_OP kSparseFillEmptyRowsOp{
    .name = "SparseFillEmptyRows",
    .min_inputs = 4,
    .max_inputs = 4,
    .num_outputs = [](const Node&) { return 4; },
    .output_names = "output_indices,output_values,empty_row_indicator,reverse_index_map",
    .infer = InferSparseFillEmptyRows,
    .kernel = SparseFillEmptyRowsKernel};

TFWASM_OP kSparseReshapeOp{.name = "SparseReshape",
                           .min_inputs = 3,
                           .max_inputs = 3,
                           .num_outputs = [](const Node&) { return 2; },
                           .output_names = "output_indices,output_shape",
                           .infer = InferSparseReshape,
                           .kernel = SparseReshapeKernel};

}  // namespace

}  // namespace tfwasm
