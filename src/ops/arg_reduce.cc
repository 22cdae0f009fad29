// SPDX-License-Identifier: Apache-2.0
// ArgMax and ArgMin: the first index of the extremum along an axis. NaN is passed over.
#include <algorithm>
#include <array>
#include <limits>

#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

void InferArgReduce(InferContext& context) {
  ExpectNumber(context, 0, "the input");
  ExpectRankAtLeast(context, 0, 1, "the input");
  const Shape& shape = context.shape(0);
  const auto axis = AxisOrDefer(context, 1, shape.rank());
  if (!axis) return;
  if (shape[*axis] == 0) {
    Throw(Code::kShape, "there is nothing to choose from along axis ", *axis, " of shape ", shape);
  }
  context.set_output(0, DType::kInt32, shape.Without(*axis));
}

// Below or above what any element can be better than.
template <typename T, bool kMax>
constexpr T Worst() {
  using Limits = std::numeric_limits<T>;
  if constexpr (Limits::has_infinity) return kMax ? -Limits::infinity() : Limits::infinity();
  return kMax ? Limits::lowest() : Limits::max();
}

// The indices for `columns` <= kStrip neighbours, whose candidates are `stride` elements apart.
constexpr int64_t kStrip = 16;
template <typename T, bool kMax>
int32_t FindBestInRow(const T* in, int64_t size) {
  T best = Worst<T, kMax>();
  int32_t index = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (kMax ? in[i] > best : in[i] < best) {
      best = in[i];
      index = static_cast<int32_t>(i);
    }
  }
  return index;
}

template <typename T, bool kMax>
void FindBest(const T* in, int64_t size, int64_t stride, size_t columns, int32_t* out) {
  if (stride == 1) {
    *out = FindBestInRow<T, kMax>(in, size);
    return;
  }
  std::array<T, kStrip> best;
  std::array<int32_t, kStrip> index{};
  best.fill(Worst<T, kMax>());
  for (int64_t i = 0; i < size; ++i) {
    const T* row = in + i * stride;
    for (size_t k = 0; k < columns; ++k) {
      const bool better = kMax ? row[k] > best[k] : row[k] < best[k];
      best[k] = better ? row[k] : best[k];
      index[k] = better ? static_cast<int32_t>(i) : index[k];
    }
  }
  std::copy_n(index.begin(), columns, out);
}

template <bool kMax>
std::unique_ptr<Kernel> ArgReduceKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const AxisSplit split(shape, KnownAxis(context, 1, shape.rank()));
  return VisitNumber(context.dtype(0), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([split](RunContext& run) {
      const T* in = run.in<T>(0);
      int32_t* out = run.out<int32_t>(0);
      const int64_t strips = (split.inner + kStrip - 1) / kStrip;
      const auto work = static_cast<double>(split.size * std::min(split.inner, kStrip));
      ParallelFor(split.outer * strips, work, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t row = i / strips;
          const int64_t column = i % strips * kStrip;
          const auto columns = static_cast<size_t>(std::min(kStrip, split.inner - column));
          FindBest<T, kMax>(in + row * split.size * split.inner + column, split.size, split.inner,
                            columns, out + row * split.inner + column);
        }
      });
    });
  });
}

constexpr OpDef kArgMaxOp{.name = "ArgMax",
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .infer = InferArgReduce,
                          .kernel = ArgReduceKernel<true>};
const OpRegistration kArgMax(kArgMaxOp);

constexpr OpDef kArgMinOp{.name = "ArgMin",
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .infer = InferArgReduce,
                          .kernel = ArgReduceKernel<false>};
const OpRegistration kArgMin(kArgMinOp);

}  // namespace

}  // namespace tfwasm
