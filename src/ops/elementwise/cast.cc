// SPDX-License-Identifier: Apache-2.0
// Cast between float32, int32, bool and complex64, of which only the real part counts.
#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>

#include "kernels/copy.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// Rounds towards zero, saturates, and maps NaN to 0.
int32_t ToInt(float x) {
  // Without branches, so that the loop is vectorized, and without undefined conversions.
  constexpr float kTooLarge = 2147483648.0f;
  const float low = x < -kTooLarge ? -kTooLarge : x;
  const float number = x == x ? low : 0.0f;
  const bool is_large = x >= kTooLarge;
  const auto result = static_cast<int32_t>(is_large ? 0.0f : number);
  return is_large ? std::numeric_limits<int32_t>::max() : result;
}

template <typename To, typename From>
To Convert(From x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (std::is_same_v<From, Complex64>) {
    return Convert<To>(x.real());
  } else if constexpr (std::is_same_v<To, uint8_t>) {
    return x != From(0) ? 1 : 0;
  } else if constexpr (std::is_same_v<To, Complex64>) {
    return To(Convert<float>(x));
  } else if constexpr (std::is_same_v<From, uint8_t>) {
    // Working on the bits gives better SIMD code than a conversion.
    return std::bit_cast<To>(x != 0 ? std::bit_cast<uint32_t>(To(1)) : 0u);
  } else if constexpr (std::is_same_v<To, int32_t>) {
    return ToInt(x);
  } else {
    return static_cast<To>(x);
  }
}

template <typename From, typename To>
constexpr ElementLoop kLoop = ElementLoopOf<[](From x) { return Convert<To>(x); }>();

constexpr ElementLoop kLoops[] = {
    kLoop<float, int32_t>,   kLoop<float, uint8_t>,     kLoop<float, Complex64>,
    kLoop<int32_t, float>,   kLoop<int32_t, uint8_t>,   kLoop<int32_t, Complex64>,
    kLoop<uint8_t, float>,   kLoop<uint8_t, int32_t>,   kLoop<uint8_t, Complex64>,
    kLoop<Complex64, float>, kLoop<Complex64, int32_t>, kLoop<Complex64, uint8_t>,
};

bool IsCastable(DType dtype) { return dtype != DType::kString && dtype != DType::kInvalid; }

void InferCast(InferContext& context) {
  const DType to = context.attrs().RequireType("DstT");
  if (IsHandle(to)) Throw(Code::kDType, "the attribute 'DstT' must name a dtype of data, got ", to);
  if (to != context.dtype(0) && (!IsCastable(to) || !IsCastable(context.dtype(0)))) {
    Throw(Code::kDType, "a cast from ", context.dtype(0), " to ", to, " is not possible");
  }
  context.set_output(0, to, context.shape(0));
}

std::unique_ptr<Kernel> CastKernel(const KernelContext& context) {
  const int64_t size = context.shape(0).NumElements();
  const DType from = context.dtype(0);
  const DType to = context.output(0).dtype;
  if (from == to) {
    return MakeKernel([=](RunContext& run) { CopyElements(from, run.in(0), run.out(0), size); });
  }
  const auto loop = std::find_if(std::begin(kLoops), std::end(kLoops),
                                 [&](const ElementLoop& l) { return l.in == from && l.out == to; });
  if (loop == std::end(kLoops)) Throw(Code::kInternal, "no cast from ", from, " to ", to);
  return MakeElementwiseKernel(context, {loop, 1}, kCheap);
}

TFWASM_OP kCastOp{.name = "Cast", .infer = InferCast, .kernel = CastKernel, .in_place_inputs = 0b1};

}  // namespace

TFWASM_GRADIENT kCastGradient{
    "Cast", [](GradientContext& c) { c.set(0, Cast(c.dy(), GradientDType(c.input().dtype()))); }};

}  // namespace tfwasm
