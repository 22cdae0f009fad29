// SPDX-License-Identifier: Apache-2.0
// Counts the occurrences of each number in [0, size), optionally weighted.
#include <atomic>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"
#include "ops/elementwise/elementwise.h"

namespace tfwasm {

namespace {

std::optional<int64_t> CheckedSize(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the numbers to count");
  ExpectNumber(context, 2, "the weights");
  const Shape& weights = context.shape(2);
  if (weights.NumElements() != 0 && !(weights == context.shape(0))) {
    Throw(Code::kShape, "the weights must be empty or of shape ", context.shape(0), ", got ",
          weights);
  }
  const auto size = IntOrDefer(context, 1, "the size");
  if (size && *size < 0) Throw(Code::kInput, "the size must not be negative, got ", *size);
  return size;
}

void InferBincount(InferContext& context) {
  const auto size = CheckedSize(context);
  if (size) context.set_output(0, context.dtype(2), {*size});
}

void InferDenseBincount(InferContext& context) {
  const Shape& shape = context.shape(0);
  if (shape.rank() != 1 && shape.rank() != 2) {
    Throw(Code::kShape, "the numbers to count must have rank 1 or 2, got shape ", shape);
  }
  context.attrs().Bool("binary_output", false);
  const auto size = CheckedSize(context);
  if (!size) return;
  context.set_output(0, context.dtype(2),
                     shape.rank() == 1 ? Shape{*size} : Shape{shape[0], *size});
}

// `weights`: nullptr for weights of 1. Returns whether a number is negative.
template <typename T>
bool Count(const int32_t* numbers, const T* weights, int64_t count, bool is_binary, T* out,
           int64_t size) {
  const auto end = static_cast<size_t>(count);
  // OR of the numbers out of range: negative if one of them is.
  int32_t others = 0;
  const auto limit = static_cast<uint32_t>(std::min(size, int64_t{1} << 31));
  if (weights == nullptr && !is_binary) {
    for (size_t i = 0; i < end; ++i) {
      const int32_t number = numbers[i];
      if (static_cast<uint32_t>(number) < limit) {
        ++out[number];
      } else {
        others |= number;
      }
    }
    return others < 0;
  }
  for (size_t i = 0; i < end; ++i) {
    if (static_cast<uint32_t>(numbers[i]) >= limit) {
      others |= numbers[i];
      continue;
    }
    T& total = out[numbers[i]];
    const T weight = weights == nullptr ? T(1) : weights[i];
    if (is_binary) {
      total = 1;
    } else if constexpr (std::is_same_v<T, int32_t>) {
      total = WrappingAdd(total, weight);
    } else {
      total += weight;
    }
  }
  return others < 0;
}

std::unique_ptr<Kernel> BincountKernel(const KernelContext& context) {
  const Shape& output = context.output(0).shape;
  const int64_t rows = output.rank() == 1 ? 1 : output[0];
  const int64_t size = output[output.rank() - 1];
  const int64_t total = context.shape(0).NumElements();
  const bool is_weighted = context.shape(2).NumElements() != 0;
  const bool is_binary = context.attrs().Bool("binary_output", false);
  return VisitNumber(context.dtype(2), [=](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([=](RunContext& run) {
      const auto* numbers = run.in<int32_t>(0);
      const T* weights = is_weighted ? run.in<T>(2) : nullptr;
      T* out = run.out<T>(0);
      ZeroElements(DTypeOf<T>(), out, rows * size);
      const int64_t columns = total / std::max<int64_t>(rows, 1);
      std::atomic<bool> has_negative = false;
      ParallelFor(rows, static_cast<double>(columns), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const int64_t at = row * columns;
          if (Count(numbers + at, weights == nullptr ? nullptr : weights + at, columns, is_binary,
                    out + row * size, size)) {
            has_negative = true;
          }
        }
      });
      if (has_negative) Throw(Code::kInput, "the numbers to count must not be negative");
    });
  });
}

constexpr OpDef CountOp(std::string_view name, void (*infer)(InferContext&)) {
  return {.name = name, .min_inputs = 3, .max_inputs = 3, .infer = infer, .kernel = BincountKernel};
}

TFWASM_OP kBincountOp = CountOp("Bincount", InferBincount);
TFWASM_OP kDenseBincountOp = CountOp("DenseBincount", InferDenseBincount);

}  // namespace

}  // namespace tfwasm
