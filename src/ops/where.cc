// SPDX-License-Identifier: Apache-2.0
// The positions of all elements that are true or non-zero.
#include <algorithm>

#include "kernels/visit_type.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void InferWhere(InferContext& context) {
  if (context.dtype(0) == DType::kString) Throw(Code::kDType, "the condition must not be strings");
  context.set_output_unknown(0, DType::kInt32);
}

template <typename T>
int64_t CountTrue(const T* condition, int64_t size) {
  // In blocks, so that the inner counter is narrow enough for SIMD.
  constexpr int64_t kBlock = 128;
  int64_t count = 0;
  for (int64_t begin = 0; begin < size; begin += kBlock) {
    const int64_t end = std::min(size, begin + kBlock);
    int32_t found = 0;
    for (int64_t i = begin; i < end; ++i) found += condition[i] != T() ? 1 : 0;
    count += found;
  }
  return count;
}

template <typename T>
void ListTrue(const Shape& shape, const T* condition, RunContext& run) {
  const int64_t size = shape.NumElements();
  const int rank = shape.rank();
  const int64_t count = CountTrue(condition, size);
  int32_t* out = run.AllocateOutput(0, {count, rank}).template mutable_values<int32_t>().data();
  if (rank == 0) return;
  // Steps through the outer axes without divisions.
  int32_t index[Shape::kMaxRank] = {};
  const int64_t columns = shape[rank - 1];
  for (int64_t begin = 0; begin < size; begin += columns) {
    for (int64_t i = 0; i < columns; ++i) {
      if (condition[begin + i] == T()) continue;
      for (int axis = 0; axis < rank - 1; ++axis) *out++ = index[axis];
      *out++ = static_cast<int32_t>(i);
    }
    for (int axis = rank - 1; axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

std::unique_ptr<Kernel> WhereKernel(const KernelContext& context) {
  return MakeKernel([dtype = context.dtype(0), shape = context.shape(0)](RunContext& run) {
    VisitType(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      ListTrue(shape, run.in<T>(0), run);
    });
  });
}

TFWASM_OP kWhereOp{.name = "Where", .infer = InferWhere, .kernel = WhereKernel};

}  // namespace

}  // namespace tfwasm
