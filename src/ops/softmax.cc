// SPDX-License-Identifier: Apache-2.0
#include "kernels/log_softmax.h"
#include "kernels/xnn_softmax.h"
#include "ops/arguments.h"
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

}  // namespace tfwasm
