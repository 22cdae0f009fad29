// SPDX-License-Identifier: Apache-2.0
// Concatenation along an existing axis.
#include "kernels/copy.h"
#include "kernels/strided_copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"

namespace tfwasm {

namespace {

// Which inputs are the tensors and the axis.
struct Layout {
  int first;
  int last;  // exclusive
  int axis;
};

Layout ConcatLayout(const OpContext& context) { return {1, context.num_inputs(), 0}; }
Layout ConcatV2Layout(const OpContext& context) {
  return {0, context.num_inputs() - 1, context.num_inputs() - 1};
}

void CheckFits(const OpContext& context, const Layout& layout, int i, int axis) {
  const Shape& expected = context.shape(layout.first);
  const Shape& shape = context.shape(i);
  if (shape.rank() == expected.rank() && shape.WithDim(axis, 0) == expected.WithDim(axis, 0)) {
    return;
  }
  Throw(Code::kShape, "shapes may differ in dimension ", axis, " only, got ", expected, " and ",
        shape, " (input ", i, ")");
}

template <Layout (*layout_of)(const OpContext&)>
void InferConcat(InferContext& context) {
  const Layout layout = layout_of(context);
  ExpectRankAtLeast(context, layout.first, 1, "the first tensor to join");
  ExpectOneDType(context, layout.first, layout.last);
  const Shape& shape = context.shape(layout.first);
  const auto axis = AxisOrDefer(context, layout.axis, shape.rank());
  if (!axis) return;
  // At most 2^30 inputs of at most 2^32 each: the sum cannot overflow.
  int64_t size = 0;
  for (int i = layout.first; i < layout.last; ++i) {
    CheckFits(context, layout, i, *axis);
    size += context.shape(i)[*axis];
  }
  context.set_output(0, context.dtype(layout.first), shape.WithDim(*axis, size));
}

struct Part {
  int input;
  int64_t columns;
};

template <Layout (*layout_of)(const OpContext&)>
std::unique_ptr<Kernel> ConcatKernel(const KernelContext& context) {
  const Layout layout = layout_of(context);
  const Shape& shape = context.output(0).shape;
  const int axis = KnownAxis(context, layout.axis, shape.rank());
  const AxisSplit split(shape, axis);
  std::vector<Part> parts;
  for (int i = layout.first; i < layout.last; ++i) {
    parts.push_back({i, context.shape(i)[axis] * split.inner});
  }
  const DType dtype = context.output(0).dtype;
  return MakeKernel([=, parts = std::move(parts)](RunContext& run) {
    int64_t offset = 0;
    for (const Part& part : parts) {
      CopyRows(dtype, run.in(part.input), part.columns, ElementAt(dtype, run.out(0), offset),
               split.size * split.inner, split.outer, part.columns);
      offset += part.columns;
    }
  });
}

TFWASM_OP kConcatOp{.name = "Concat",
                    .min_inputs = 2,
                    .max_inputs = kAnyNumber,
                    .infer = InferConcat<ConcatLayout>,
                    .kernel = ConcatKernel<ConcatLayout>};

TFWASM_OP kConcatV2Op{.name = "ConcatV2",
                      .min_inputs = 2,
                      .max_inputs = kAnyNumber,
                      .infer = InferConcat<ConcatV2Layout>,
                      .kernel = ConcatKernel<ConcatV2Layout>,
                      .in_place_inputs = 1};

}  // namespace

// The parts of dy for the inputs [first, last).
static void ConcatRule(GradientContext& c, int first, int last, int axis_input) {
  const int rank = c.output().shape().rank();
  const int axis = NormalizeAxis(c.ints(axis_input)[0], rank);
  std::vector<int64_t> begin(static_cast<size_t>(rank), 0);
  for (int i = first; i < last; ++i) {
    const Shape& shape = c.input(i).shape();
    if (c.wants(i)) {
      c.set(i,
            c.builder().Emit("Slice", {c.dy(), c.builder().Ints(begin), c.builder().Ints(shape)}));
    }
    begin[static_cast<size_t>(axis)] += shape[axis];
  }
}
TFWASM_GRADIENT kConcatGradient{"Concat",
                                [](GradientContext& c) { ConcatRule(c, 1, c.num_inputs(), 0); }};
TFWASM_GRADIENT kConcatV2Gradient{"ConcatV2", [](GradientContext& c) {
                                    ConcatRule(c, 0, c.num_inputs() - 1, c.num_inputs() - 1);
                                  }};

}  // namespace tfwasm
