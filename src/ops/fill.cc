// SPDX-License-Identifier: Apache-2.0
// Tensors filled with one value.
#include "kernels/copy.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferFill(InferContext& context) {
  ExpectScalar(context, 1, context.dtype(1), "the value to fill with");
  const auto shape = ShapeOrDefer(context, 0);
  if (shape) context.set_output(0, context.dtype(1), *shape);
}

std::unique_ptr<Kernel> FillKernel(const KernelContext& context) {
  const TensorSpec& output = context.output(0);
  return MakeKernel([dtype = output.dtype, count = output.shape.NumElements()](RunContext& run) {
    FillElements(dtype, run.in(1), run.out(0), count);
  });
}

// For Zeros and Ones the input is the shape.
void InferFromShape(InferContext& context) {
  const DType dtype = context.attrs().Type("T", DType::kFloat32);
  const auto shape = ShapeOrDefer(context, 0);
  if (shape) context.set_output(0, dtype, *shape);
}

std::unique_ptr<Kernel> ZerosKernel(const KernelContext& context) {
  const TensorSpec& output = context.output(0);
  return MakeKernel([dtype = output.dtype, count = output.shape.NumElements()](RunContext& run) {
    ZeroElements(dtype, run.out(0), count);
  });
}

std::unique_ptr<Kernel> OnesKernel(const KernelContext& context) {
  const TensorSpec& output = context.output(0);
  Tensor one(output.dtype, {});
  VisitType(output.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, std::string>) {
      Throw(Code::kDType, "strings cannot be 1");
    } else {
      one.mutable_values<T>()[0] = T(1);
    }
  });
  return MakeKernel([one, count = output.shape.NumElements()](RunContext& run) {
    FillElements(one.dtype(), one.data(), run.out(0), count);
  });
}

TFWASM_OP kFillOp{
    .name = "Fill", .min_inputs = 2, .max_inputs = 2, .infer = InferFill, .kernel = FillKernel};

TFWASM_OP kZerosOp{.name = "Zeros", .infer = InferFromShape, .kernel = ZerosKernel};
TFWASM_OP kOnesOp{.name = "Ones", .infer = InferFromShape, .kernel = OnesKernel};

TFWASM_OP kZerosLikeOp{
    .name = "ZerosLike", .infer = InferLikeInput, .kernel = ZerosKernel, .in_place_inputs = 1};

TFWASM_OP kOnesLikeOp{
    .name = "OnesLike", .infer = InferLikeInput, .kernel = OnesKernel, .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kFillGradient{"Fill", [](GradientContext& c) { c.set(1, SumTo(c.dy(), {})); }};

TFWASM_GRADIENT kOnesLikeGradient{"OnesLike"};
TFWASM_GRADIENT kZerosLikeGradient{"ZerosLike"};

}  // namespace tfwasm
