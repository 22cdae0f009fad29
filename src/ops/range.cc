// SPDX-License-Identifier: Apache-2.0
// Evenly spaced numbers.
#include <cmath>

#include "kernels/visit_type.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

// Doubles represent every float32 and int32.
struct RangeSpec {
  double start;
  double limit;
  double delta;
};

double ScalarValue(const Tensor& tensor) {
  if (tensor.dtype() == DType::kInt32) return tensor.values<int32_t>()[0];
  return tensor.values<float>()[0];
}

RangeSpec KnownRange(const OpContext& context) {
  return {.start = ScalarValue(*context.value(0)),
          .limit = ScalarValue(*context.value(1)),
          .delta = ScalarValue(*context.value(2))};
}

int64_t RangeSize(const RangeSpec& range) {
  if (range.delta == 0) Throw(Code::kInput, "the step of the range is 0");
  const double size = std::ceil((range.limit - range.start) / range.delta);
  // Also true for NaN.
  if (!(size <= 4294967296.0)) {
    Throw(Code::kInput, "the range from ", range.start, " to ", range.limit, " by ", range.delta,
          " has no sensible length");
  }
  return size > 0 ? static_cast<int64_t>(size) : 0;
}

void InferRange(InferContext& context) {
  ExpectNumber(context, 0, "the start of the range");
  for (int i = 0; i < 3; ++i) ExpectScalar(context, i, context.dtype(0), "a bound of the range");
  for (int i = 0; i < 3; ++i) {
    if (context.value(i) == nullptr) return context.Defer();
  }
  context.set_output(0, context.dtype(0), {RangeSize(KnownRange(context))});
}

std::unique_ptr<Kernel> RangeKernel(const KernelContext& context) {
  const RangeSpec range = KnownRange(context);
  const int64_t count = context.output(0).shape[0];
  return VisitNumber(context.dtype(0), [=](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([=](RunContext& run) {
      T* out = run.out<T>(0);
      for (int64_t i = 0; i < count; ++i) {
        out[i] = static_cast<T>(range.start + range.delta * static_cast<double>(i));
      }
    });
  });
}

void InferLinSpace(InferContext& context) {
  ExpectScalar(context, 0, DType::kFloat32, "the start");
  ExpectScalar(context, 1, DType::kFloat32, "the stop");
  const auto count = IntOrDefer(context, 2, "the number of values");
  if (!count) return;
  if (*count < 1) Throw(Code::kInput, "expected 1 value or more, got ", *count);
  context.set_output(0, DType::kFloat32, {*count});
}

std::unique_ptr<Kernel> LinSpaceKernel(const KernelContext& context) {
  const int64_t count = context.output(0).shape[0];
  return MakeKernel([=](RunContext& run) {
    const double start = *run.in<float>(0);
    const double stop = *run.in<float>(1);
    auto* out = run.out<float>(0);
    const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0;
    for (int64_t i = 0; i < count; ++i) {
      out[i] = static_cast<float>(start + step * static_cast<double>(i));
    }
    if (count > 1) out[count - 1] = static_cast<float>(stop);
  });
}

TFWASM_OP kRangeOp{
    .name = "Range", .min_inputs = 3, .max_inputs = 3, .infer = InferRange, .kernel = RangeKernel};

TFWASM_OP kLinSpaceOp{.name = "LinSpace",
                      .min_inputs = 3,
                      .max_inputs = 3,
                      .infer = InferLinSpace,
                      .kernel = LinSpaceKernel};

}  // namespace

}  // namespace tfwasm
