// SPDX-License-Identifier: Apache-2.0
// Clamp: clamps elements to [clamp_min, clamp_max]. A missing attribute means no bound. An internal
// op, made by passes. NaN stays NaN.
#include <limits>

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

struct Range {
  float min;
  float max;
};

Range ReadRange(const OpContext& context) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Range range{context.attrs().Float("clamp_min", -kInfinity),
                    context.attrs().Float("clamp_max", kInfinity)};
  if (range.min <= range.max) return range;
  Throw(Code::kAttr, "expected clamp_min <= clamp_max, got ", range.min, " and ", range.max);
}

void InferClamp(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  ReadRange(context);
  context.set_output(0, DType::kFloat32, context.shape(0));
}

std::unique_ptr<Kernel> ClampKernel(const KernelContext& context) {
  const Range range = ReadRange(context);
  const int64_t size = context.shape(0).NumElements();
  return MakeKernel([range, size](RunContext& run) {
    const float* in = run.in<float>(0);
    float* out = run.out<float>(0);
    ParallelFor(size, 1, [&](int64_t begin, int64_t end) {
      MapElements(in + begin, out + begin, static_cast<size_t>(end - begin), [range](float x) {
        const float below = x < range.min ? range.min : x;
        return below > range.max ? range.max : below;
      });
    });
  });
}

TFWASM_OP kClampOp{
    .name = "Clamp", .infer = InferClamp, .kernel = ClampKernel, .in_place_inputs = 0b1};

}  // namespace

}  // namespace tfwasm
