// SPDX-License-Identifier: Apache-2.0
// Select and SelectV2: elements of one of two tensors, as a condition says.
#include "kernels/broadcast.h"
#include "kernels/map_elements.h"
#include "kernels/visit_type.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void ExpectTypes(const InferContext& context) {
  context.ExpectDType(0, DType::kBool, "the condition");
  if (context.dtype(1) != context.dtype(2)) {
    Throw(Code::kDType, "both tensors to select from must have one dtype, got ", context.dtype(1),
          " and ", context.dtype(2));
  }
}

void InferSelectV2(InferContext& context) {
  ExpectTypes(context);
  context.set_output(
      0, context.dtype(1),
      BroadcastShapes(context.shape(0), BroadcastShapes(context.shape(1), context.shape(2))));
}

void InferSelect(InferContext& context) {
  ExpectTypes(context);
  const Shape& condition = context.shape(0);
  const Shape& shape = context.shape(1);
  if (!(shape == context.shape(2))) {
    Throw(Code::kShape, "both tensors to select from must have one shape, got ", shape, " and ",
          context.shape(2));
  }
  const bool chooses_rows = condition.rank() == 1 && shape.rank() > 0 && condition[0] == shape[0];
  if (condition.rank() != 0 && !(condition == shape) && !chooses_rows) {
    Throw(Code::kShape, "the condition must be a scalar, a vector of ", shape,
          "'s first dimension or of the shape ", shape, ", got shape ", condition);
  }
  context.set_output(0, context.dtype(1), shape);
}

template <typename T>
std::unique_ptr<Kernel> MakeSelectKernel(const BroadcastLoops& rows) {
  return MakeKernel([rows](RunContext& run) {
    const uint8_t* condition = run.in<uint8_t>(0);
    const T* a = run.in<T>(1);
    const T* b = run.in<T>(2);
    T* out = run.out<T>(0);
    rows.ForEachRow(1, [&](const RowOffsets& offsets, int64_t out_offset, size_t count) {
      MapTriples(condition + offsets[0], rows.row_step(0), a + offsets[1], rows.row_step(1),
                 b + offsets[2], rows.row_step(2), out + out_offset, count,
                 [](uint8_t c, const T& x, const T& y) { return c != 0 ? x : y; });
    });
  });
}

// Numbers are moved as bits.
std::unique_ptr<Kernel> SelectKernelFor(DType dtype, const BroadcastLoops& rows) {
  switch (dtype) {
    case DType::kBool:
      return MakeSelectKernel<uint8_t>(rows);
    case DType::kComplex64:
      return MakeSelectKernel<uint64_t>(rows);
    case DType::kString:
      return MakeSelectKernel<std::string>(rows);
    default:
      return MakeSelectKernel<uint32_t>(rows);
  }
}

std::unique_ptr<Kernel> SelectV2Kernel(const KernelContext& context) {
  const std::array<Shape, 3> operands = {context.shape(0), context.shape(1), context.shape(2)};
  return SelectKernelFor(context.dtype(1), BroadcastLoops(context.output(0).shape, operands));
}

std::unique_ptr<Kernel> SelectKernel(const KernelContext& context) {
  // A vector chooses among the rows of tensors of higher rank.
  Shape condition = context.shape(0);
  const Shape& shape = context.shape(1);
  if (condition.rank() == 1) {
    while (condition.rank() < shape.rank()) condition.Append(1);
  }
  const std::array<Shape, 3> operands = {condition, shape, shape};
  return SelectKernelFor(context.dtype(1), BroadcastLoops(shape, operands));
}

constexpr OpDef kSelectOp{.name = "Select",
                          .min_inputs = 3,
                          .max_inputs = 3,
                          .infer = InferSelect,
                          .kernel = SelectKernel,
                          .in_place_inputs = 0b110};
const OpRegistration kSelect(kSelectOp);

constexpr OpDef kSelectV2Op{.name = "SelectV2",
                            .min_inputs = 3,
                            .max_inputs = 3,
                            .infer = InferSelectV2,
                            .kernel = SelectV2Kernel,
                            .in_place_inputs = 0b110};
const OpRegistration kSelectV2(kSelectV2Op);

}  // namespace

}  // namespace tfwasm
