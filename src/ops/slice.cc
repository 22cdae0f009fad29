// SPDX-License-Identifier: Apache-2.0
#include "kernels/slice.h"

#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void ExpectOnePerAxis(const std::vector<int64_t>& values, const Shape& shape,
                      std::string_view what) {
  if (values.size() == static_cast<size_t>(shape.rank())) return;
  Throw(Code::kShape, what, " has ", values.size(), " values for a tensor of shape ", shape);
}

// A size of -1 means up to the end.
SliceSpec ResolveSlice(const Shape& shape, const std::vector<int64_t>& begins,
                       const std::vector<int64_t>& sizes) {
  ExpectOnePerAxis(begins, shape, "the begin of the slice");
  ExpectOnePerAxis(sizes, shape, "the size of the slice");
  SliceSpec spec;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int64_t size = sizes[i] == -1 ? shape[axis] - begins[i] : sizes[i];
    if (begins[i] < 0 || size < 0 || begins[i] + size > shape[axis]) {
      Throw(Code::kShape, "a slice from ", begins[i], " of size ", sizes[i],
            " does not lie in dimension ", axis, " of ", shape);
    }
    spec.begin[i] = begins[i];
    spec.step[i] = 1;
    spec.size.Append(size);
  }
  return spec;
}

void InferSlice(InferContext& context) {
  const auto begins = IntsOrDefer(context, 1, "the begin of the slice");
  const auto sizes = IntsOrDefer(context, 2, "the size of the slice");
  if (!begins || !sizes) return;
  context.set_output(0, context.dtype(0), ResolveSlice(context.shape(0), *begins, *sizes).size);
}

std::unique_ptr<Kernel> SliceKernel(const KernelContext& context) {
  const Shape& shape = context.shape(0);
  const SliceSpec spec = ResolveSlice(shape, KnownInts(context, 1), KnownInts(context, 2));
  return MakeKernel([slice = Slice(context.dtype(0), shape, spec)](RunContext& run) {
    slice.Run(run.in(0), run.out(0));
  });
}

TFWASM_OP kSliceOp{.name = "Slice",
                   .min_inputs = 3,
                   .max_inputs = 3,
                   .infer = InferSlice,
                   .kernel = SliceKernel,
                   .in_place_inputs = 1};

}  // namespace

TFWASM_GRADIENT kSliceGradient{
    "Slice", [](GradientContext& c) {
      const Shape& shape = c.input().shape();
      const SliceSpec slice = ResolveSlice(shape, c.ints(1), c.ints(2));
      Tensor paddings(DType::kInt32, {shape.rank(), 2});
      const auto margins = paddings.mutable_values<int32_t>();
      for (size_t i = 0; i < static_cast<size_t>(shape.rank()); ++i) {
        const int axis = static_cast<int>(i);
        margins[2 * i] = static_cast<int32_t>(slice.begin[i]);
        margins[2 * i + 1] = static_cast<int32_t>(shape[axis] - slice.begin[i] - slice.size[axis]);
      }
      c.set(0, c.builder().Emit("Pad", {c.dy(), c.builder().Const(std::move(paddings))}));
    }};

}  // namespace tfwasm
