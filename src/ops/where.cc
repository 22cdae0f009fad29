// SPDX-License-Identifier: Apache-2.0
// The positions of all elements that are true, or not zero.
#include "kernels/visit_type.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void InferWhere(InferContext& context) {
  if (context.dtype(0) == DType::kString) Throw(Code::kDType, "the condition must not be strings");
  context.set_output_unknown(0, DType::kInt32);
}

template <typename T>
void ListTrue(const Shape& shape, const T* condition, RunContext& run) {
  const int64_t size = shape.NumElements();
  int64_t count = 0;
  for (int64_t i = 0; i < size; ++i) count += condition[i] != T();
  int32_t* out = run.AllocateOutput(0, {count, shape.rank()}).mutable_values<int32_t>().data();
  for (int64_t i = 0; i < size; ++i) {
    if (condition[i] == T()) continue;
    int64_t rest = i;
    for (int axis = shape.rank(); axis-- > 0;) {
      out[axis] = static_cast<int32_t>(rest % shape[axis]);
      rest /= shape[axis];
    }
    out += shape.rank();
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

const OpRegistration kWhere({.name = "Where", .infer = InferWhere, .kernel = WhereKernel});

}  // namespace

}  // namespace tfwasm
