// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"
#include "kernels/visit_type.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

// The new axis. The default -1 puts it last.
int DepthAxis(const OpContext& context) {
  return NormalizeAxis(context.attrs().Int("axis", -1), context.shape(0).rank() + 1);
}

void InferOneHot(InferContext& context) {
  context.ExpectDType(0, DType::kInt32, "the indices");
  ExpectScalar(context, 2, context.dtype(2), "the on value");
  ExpectScalar(context, 3, context.dtype(2), "the off value");
  const auto depth = IntOrDefer(context, 1, "the depth");
  if (!depth) return;
  if (*depth < 0) Throw(Code::kShape, "the depth must not be negative, got ", *depth);
  const Shape& indices = context.shape(0);
  const int axis = DepthAxis(context);
  Shape output;
  for (int i = 0; i < axis; ++i) output.Append(indices[i]);
  output.Append(*depth);
  for (int i = axis; i < indices.rank(); ++i) output.Append(indices[i]);
  context.set_output(0, context.dtype(2), output);
}

// An index out of range gives a row of `off`.
template <typename T>
void SetRows(const AxisSplit& split, const int32_t* indices, const T& on, const T& off, T* out,
             int64_t begin, int64_t end) {
  const int64_t row = split.size * split.inner;
  out += begin * row;
  FillElements(DTypeOf<T>(), &off, out, (end - begin) * row);
  indices += begin * split.inner;
  // 32-bit positions: pointers have 32 bits in WebAssembly.
  const auto inner = static_cast<size_t>(split.inner);
  for (int64_t i = begin; i < end; ++i, out += row) {
    for (size_t k = 0; k < inner; ++k) {
      const int32_t index = *indices++;
      if (index >= 0 && index < split.size) out[static_cast<size_t>(index) * inner + k] = on;
    }
  }
}

std::unique_ptr<Kernel> OneHotKernel(const KernelContext& context) {
  const AxisSplit split(context.output(0).shape, DepthAxis(context));
  if (split.size * split.inner == 0) return MakeKernel([](RunContext&) {});
  return VisitType(context.dtype(2), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return MakeKernel([split](RunContext& run) {
      // A few rows at a time, so that they are still in the cache for the second pass.
      constexpr int64_t kElements = 4096;
      const int64_t step = std::max<int64_t>(1, kElements / (split.size * split.inner));
      const auto set = [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i += step) {
          SetRows<T>(split, run.in<int32_t>(0), *run.in<T>(2), *run.in<T>(3), run.out<T>(0), i,
                     std::min(i + step, end));
        }
      };
      // String copies allocate and can throw, so they must stay on the calling thread.
      if (std::is_same_v<T, std::string>) return set(0, split.outer);
      ParallelFor(split.outer, static_cast<double>(split.size * split.inner), set);
    });
  });
}

TFWASM_OP kOneHotOp{.name = "OneHot",
                    .min_inputs = 4,
                    .max_inputs = 4,
                    .infer = InferOneHot,
                    .kernel = OneHotKernel};

}  // namespace

}  // namespace tfwasm
