// SPDX-License-Identifier: Apache-2.0
// Select and SelectV2: chooses elements from two tensors by a condition.
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

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
constexpr MapLoop SelectLoop() {
  constexpr auto kSelect = [](uint8_t c, const T& a, const T& b) { return c != 0 ? a : b; };
  return MapLoopOf<std::remove_const_t<decltype(kSelect)>, T, uint8_t, T, T>();
}

// Numbers are copied as bits.
MapLoop SelectLoopFor(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return SelectLoop<uint8_t>();
    case DType::kComplex64:
      return SelectLoop<uint64_t>();
    case DType::kString:
      return SelectLoop<std::string>();
    default:
      return SelectLoop<uint32_t>();
  }
}

std::unique_ptr<Kernel> SelectV2Kernel(const KernelContext& context) {
  const std::array<Shape, 3> operands = {context.shape(0), context.shape(1), context.shape(2)};
  return MakeElementwiseKernel(context, SelectLoopFor(context.dtype(1)), operands, kCheap);
}

std::unique_ptr<Kernel> SelectKernel(const KernelContext& context) {
  // A vector condition selects whole rows of tensors of higher rank.
  Shape condition = context.shape(0);
  const Shape& shape = context.shape(1);
  if (condition.rank() == 1) {
    while (condition.rank() < shape.rank()) condition.Append(1);
  }
  const std::array<Shape, 3> operands = {condition, shape, shape};
  return MakeElementwiseKernel(context, SelectLoopFor(context.dtype(1)), operands, kCheap);
}

TFWASM_OP kSelectOp{.name = "Select",
                    .min_inputs = 3,
                    .max_inputs = 3,
                    .infer = InferSelect,
                    .kernel = SelectKernel,
                    .in_place_inputs = 0b110};

TFWASM_OP kSelectV2Op{.name = "SelectV2",
                      .min_inputs = 3,
                      .max_inputs = 3,
                      .infer = InferSelectV2,
                      .kernel = SelectV2Kernel,
                      .in_place_inputs = 0b110};

}  // namespace

// A vector condition chooses rows.
TFWASM_GRADIENT kSelectGradient{"Select", [](GradientContext& c) {
                                  Shape shape = c.input(0).shape();
                                  if (shape.rank() == 1) {
                                    while (shape.rank() < c.dy().shape().rank()) shape.Append(1);
                                  }
                                  const Operand condition = Reshape(c.input(0), shape);
                                  const Operand zero = ZerosLike(c.dy());
                                  if (c.wants(1)) c.set(1, Select(condition, c.dy(), zero));
                                  if (c.wants(2)) c.set(2, Select(condition, zero, c.dy()));
                                }};
TFWASM_GRADIENT kSelectV2Gradient{"SelectV2", [](GradientContext& c) {
                                    const Operand zero = ZerosLike(c.dy());
                                    if (c.wants(1)) c.set(1, Select(c.input(0), c.dy(), zero));
                                    if (c.wants(2)) c.set(2, Select(c.input(0), zero, c.dy()));
                                  }};

}  // namespace tfwasm
