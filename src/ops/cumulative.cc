// SPDX-License-Identifier: Apache-2.0
// Cumsum and Cumprod: prefix sums and products along an axis.
#include <algorithm>
#include <utility>

#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"

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

// The number of adjacent columns processed at once, since elements along the axis may be far apart.
constexpr int64_t kColumns = 64;

// The direction along the axis.
struct Direction {
  bool exclusive;  // without the element itself
  bool reverse;    // from the end
};

// Processes one row, or `columns` adjacent columns whose elements are `inner` apart.
template <typename Op, typename T>
void Accumulate(const T* in, T* out, int64_t size, int64_t inner, int64_t columns,
                Direction direction) {
  const int64_t step = direction.reverse ? -inner : inner;
  int64_t at = direction.reverse ? (size - 1) * inner : 0;
  if (columns == 1) {
    T total = static_cast<T>(Op::kIdentity);
    for (int64_t i = 0; i < size; ++i, at += step) {
      const T next = Op::Apply(total, in[at]);
      out[at] = direction.exclusive ? total : next;
      total = next;
    }
    return;
  }
  // Reads the input before writing the output, which may be the same memory.
  T sums[2][kColumns];
  T* totals = sums[0];
  T* nexts = sums[1];
  std::fill_n(totals, columns, static_cast<T>(Op::kIdentity));
  for (int64_t i = 0; i < size; ++i, at += step) {
    for (int64_t k = 0; k < columns; ++k) nexts[k] = Op::Apply(totals[k], in[at + k]);
    std::copy_n(direction.exclusive ? totals : nexts, columns, out + at);
    std::swap(totals, nexts);
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
      const int64_t groups = (split.inner + kColumns - 1) / kColumns;
      const auto work = static_cast<double>(split.size * std::min(split.inner, kColumns));
      ParallelFor(split.outer * groups, work, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t first = i % groups * kColumns;
          const int64_t at = i / groups * split.size * split.inner + first;
          Accumulate<Op>(run.in<T>(0) + at, run.out<T>(0) + at, split.size, split.inner,
                         std::min(kColumns, split.inner - first), direction);
        }
      });
    });
  });
}

template <typename Op>
constexpr OpDef CumulativeOp(std::string_view name) {
  return {.name = name,
          .min_inputs = 2,
          .max_inputs = 2,
          .infer = InferCumulative,
          .kernel = CumulativeKernel<Op>,
          .in_place_inputs = 0b1};
}

TFWASM_OP kCumsumOp = CumulativeOp<Sum>("Cumsum");
TFWASM_OP kCumprodOp = CumulativeOp<Product>("Cumprod");

}  // namespace

}  // namespace tfwasm
