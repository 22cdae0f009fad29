// SPDX-License-Identifier: Apache-2.0
#include "kernels/slice.h"

#include "ops/arguments.h"
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

}  // namespace tfwasm
