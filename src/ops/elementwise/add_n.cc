// SPDX-License-Identifier: Apache-2.0
// AddN: the sum of any number of tensors of equal shape.
#include <cstring>

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

constexpr std::array<ElementLoop, 3> kLoops = {
    ElementLoopOf<[](float a, float b) { return a + b; }>(),
    ElementLoopOf<[](int32_t a, int32_t b) { return WrappingAdd(a, b); }>(),
    ElementLoopOf<[](Complex64 a, Complex64 b) { return a + b; }>()};

void InferAddN(InferContext& context) {
  for (int i = 1; i < context.num_inputs(); ++i) {
    context.ExpectDType(i, context.dtype(0), "every input");
    if (context.shape(i) == context.shape(0)) continue;
    Throw(Code::kShape, "every input must have the shape ", context.shape(0), ", got ",
          context.shape(i));
  }
  context.set_output(0, FindLoop(kLoops, context.dtype(0)).out, context.shape(0));
}

std::unique_ptr<Kernel> AddNKernel(const KernelContext& context) {
  const MapLoop& add = FindLoop(kLoops, context.dtype(0)).map;
  const int64_t size = context.shape(0).NumElements();
  const size_t bytes = ElementSize(context.dtype(0));
  const int count = context.num_inputs();
  return MakeKernel([=, &add](RunContext& run) {
    ParallelFor(size, count, [&](int64_t begin, int64_t end) {
      // In pieces, so that each stays in the cache while all inputs are added.
      constexpr size_t kPiece = 2048;
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); i += kPiece) {
        const size_t length = std::min(kPiece, static_cast<size_t>(end) - i);
        char* out = run.out<char>(0) + i * bytes;
        const char* first = run.in<char>(0) + i * bytes;
        if (count == 1 && out != first) std::memcpy(out, first, length * bytes);
        for (int k = 1; k < count; ++k) {
          const void* pair[] = {k == 1 ? first : out, run.in<char>(k) + i * bytes};
          constexpr size_t kSteps[] = {1, 1};
          MapBlocks(add, nullptr, pair, kSteps, out, length);
        }
      }
    });
  });
}

// Not in-place for later inputs: they are read after the output has been written.
TFWASM_OP kAddNOp{.name = "AddN",
                  .max_inputs = kAnyNumber,
                  .infer = InferAddN,
                  .kernel = AddNKernel,
                  .in_place_inputs = 0b11};

}  // namespace

TFWASM_GRADIENT kAddNGradient{"AddN", [](GradientContext& c) {
                                for (int i = 0; i < c.num_inputs(); ++i) c.set(i, c.dy());
                              }};

}  // namespace tfwasm
