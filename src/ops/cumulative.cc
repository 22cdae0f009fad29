// SPDX-License-Identifier: Apache-2.0
// Cumsum and Cumprod: sums and products of what lies before each element along an axis.
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"
#include "ops/elementwise.h"

namespace tfwasm {

namespace {

struct Sum {
  static constexpr int kIdentity = 0;
  static float Apply(float a, float b) { return a + b; }
  static int32_t Apply(int32_t a, int32_t b) { return WrappingAdd(a, b); }
};

struct Product {
  static constexpr int kIdentity = 1;
  static float Apply(float a, float b) { return a * b; }
  static int32_t Apply(int32_t a, int32_t b) { return WrappingMul(a, b); }
};

void InferCumulative(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  context.attrs().Bool("exclusive", false);
  context.attrs().Bool("reverse", false);
  if (!AxisOrDefer(context, 1, context.shape(0).rank())) return;
  context.set_output(0, context.dtype(0), context.shape(0));
}

// How to go along the axis.
struct Direction {
  bool exclusive;  // without the element itself
  bool reverse;    // from the end
};

template <typename Op, typename T>
void Accumulate(const T* in, T* out, int64_t size, int64_t inner, Direction direction) {
  const int64_t step = direction.reverse ? -inner : inner;
  const int64_t start = direction.reverse ? (size - 1) * inner : 0;
  for (int64_t column = 0; column < inner; ++column) {
    T total = static_cast<T>(Op::kIdentity);
    int64_t at = start + column;
    for (int64_t i = 0; i < size; ++i, at += step) {
      const T next = Op::Apply(total, in[at]);
      out[at] = direction.exclusive ? total : next;
      total = next;
    }
  }
}

template <typename Op>
std::unique_ptr<Kernel> CumulativeKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const AxisSplit split(shape, KnownAxis(context, 1, shape.rank()));
  const Direction direction = {.exclusive = context.attrs().Bool("exclusive", false),
                               .reverse = context.attrs().Bool("reverse", false)};
  return VisitNumber(context.dtype(0), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([split, direction](RunContext& run) {
      const int64_t block = split.size * split.inner;
      ParallelFor(split.outer, static_cast<double>(block), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          Accumulate<Op>(run.in<T>(0) + i * block, run.out<T>(0) + i * block, split.size,
                         split.inner, direction);
        }
      });
    });
  });
}

template <typename Op>
OpDef CumulativeOp(std::string_view name) {
  return {.name = name,
          .min_inputs = 2,
          .max_inputs = 2,
          .infer = InferCumulative,
          .kernel = CumulativeKernel<Op>,
          .in_place_inputs = 0b1};
}

const OpRegistration kCumsum(CumulativeOp<Sum>("Cumsum"));
const OpRegistration kCumprod(CumulativeOp<Product>("Cumprod"));

}  // namespace

}  // namespace tfwasm
