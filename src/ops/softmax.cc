// SPDX-License-Identifier: Apache-2.0
#include "kernels/log_softmax.h"
#include "kernels/xnn_softmax.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferSoftmax(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  InferLikeInput(context);
}

std::unique_ptr<Kernel> PrepareSoftmax(const KernelContext& context) {
  const AxisSplit split(context.shape(0), context.shape(0).rank() - 1);
  if (split.outer * split.size == 0) return MakeKernel([](RunContext&) {});
  return MakeKernel([softmax = XnnSoftmax(split.outer, split.size)](RunContext& run) {
    softmax.Run(run.in<float>(0), run.out<float>(0));
  });
}

std::unique_ptr<Kernel> PrepareLogSoftmax(const KernelContext& context) {
  const AxisSplit split(context.shape(0), context.shape(0).rank() - 1);
  if (split.outer * split.size == 0) return MakeKernel([](RunContext&) {});
  return MakeKernel([split](RunContext& run) {
    LogSoftmax(run.in<float>(0), run.out<float>(0), split.outer, split.size);
  });
}

TFWASM_OP kSoftmaxOp{
    .name = "Softmax", .infer = InferSoftmax, .kernel = PrepareSoftmax, .in_place_inputs = 1};

TFWASM_OP kLogSoftmaxOp{
    .name = "LogSoftmax", .infer = InferSoftmax, .kernel = PrepareLogSoftmax, .in_place_inputs = 1};

}  // namespace

static Operand RowSum(Operand x) { return Sum(x, {x.shape().rank() - 1}, /*keep_dims=*/true); }
TFWASM_GRADIENT kSoftmaxGradient{"Softmax", [](GradientContext& c) {
                                   const Operand weighted = c.dy() * c.output();
                                   c.set(0, weighted - c.output() * RowSum(weighted));
                                 }};
TFWASM_GRADIENT kLogSoftmaxGradient{
    "LogSoftmax", [](GradientContext& c) {
      c.set(0, c.dy() - c.builder().Emit("Exp", {c.output()}) * RowSum(c.dy()));
    }};

}  // namespace tfwasm
