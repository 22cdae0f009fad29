// SPDX-License-Identifier: Apache-2.0
// Cast between float32, int32, bool and complex64.
#include <limits>

#include "kernels/copy.h"
#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

// Towards zero. What int32 cannot hold goes to its nearest end, NaN to 0.
int32_t ToInt(float x) {
  // No branch, so that the loop becomes SIMD code, and no conversion that is undefined.
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
  } else if constexpr (std::is_same_v<To, uint8_t>) {
    return x != From(0) ? 1 : 0;
  } else if constexpr (std::is_same_v<From, Complex64>) {
    return Convert<To>(x.real());
  } else if constexpr (std::is_same_v<From, uint8_t>) {
    return static_cast<To>(x != 0 ? 1 : 0);
  } else if constexpr (std::is_same_v<To, int32_t>) {
    return ToInt(x);
  } else {
    return To(static_cast<float>(x));
  }
}

// As VisitType, without strings.
template <typename F>
std::unique_ptr<Kernel> VisitCastable(DType dtype, const F& visit) {
  switch (dtype) {
    case DType::kFloat32:
      return visit(TypeTag<float>());
    case DType::kInt32:
      return visit(TypeTag<int32_t>());
    case DType::kBool:
      return visit(TypeTag<uint8_t>());
    case DType::kComplex64:
      return visit(TypeTag<Complex64>());
    default:
      Throw(Code::kDType, "a cast of ", dtype, " is not possible");
  }
}

bool IsCastable(DType dtype) { return dtype != DType::kString && dtype != DType::kInvalid; }

void InferCast(InferContext& context) {
  const DType to = context.attrs().RequireType("DstT");
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
  return VisitCastable(from, [&](auto from_tag) {
    return VisitCastable(to, [&](auto to_tag) {
      using From = typename decltype(from_tag)::type;
      using To = typename decltype(to_tag)::type;
      return MakeKernel([size](RunContext& run) {
        ParallelFor(size, 1, [&](int64_t begin, int64_t end) {
          MapElements(run.in<From>(0) + begin, run.out<To>(0) + begin,
                      static_cast<size_t>(end - begin), [](From x) { return Convert<To>(x); });
        });
      });
    });
  });
}

const OpRegistration kCast(
    {.name = "Cast", .infer = InferCast, .kernel = CastKernel, .in_place_inputs = 0b1});

}  // namespace

}  // namespace tfwasm
