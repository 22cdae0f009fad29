// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kernels/thread_pool.h"
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

void LogSoftmaxRow(const float* in, float* out, int64_t count) {
  const float max = *std::max_element(in, in + count);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += std::exp(in[i] - max);
  const float log_sum = std::log(static_cast<float>(sum));
  for (int64_t i = 0; i < count; ++i) out[i] = in[i] - max - log_sum;
}

std::unique_ptr<Kernel> PrepareLogSoftmax(const KernelContext& context) {
  const AxisSplit split(context.shape(0), context.shape(0).rank() - 1);
  if (split.outer * split.size == 0) return MakeKernel([](RunContext&) {});
  return MakeKernel([split](RunContext& run) {
    const auto* in = run.in<float>(0);
    auto* out = run.out<float>(0);
    // An exponential counts for about ten elements.
    ParallelFor(split.outer, 10.0 * static_cast<double>(split.size),
                [&](int64_t begin, int64_t end) {
                  for (int64_t row = begin; row < end; ++row) {
                    LogSoftmaxRow(in + row * split.size, out + row * split.size, split.size);
                  }
                });
  });
}

constexpr OpDef kSoftmaxOp{
    .name = "Softmax", .infer = InferSoftmax, .kernel = PrepareSoftmax, .in_place_inputs = 1};
const OpRegistration kSoftmax(kSoftmaxOp);

constexpr OpDef kLogSoftmaxOp{
    .name = "LogSoftmax", .infer = InferSoftmax, .kernel = PrepareLogSoftmax, .in_place_inputs = 1};
const OpRegistration kLogSoftmax(kLogSoftmaxOp);

}  // namespace

}  // namespace tfwasm
