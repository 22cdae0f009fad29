// SPDX-License-Identifier: Apache-2.0
// Splits a tensor along an axis, into equal parts or parts of given sizes.
#include <algorithm>
#include <numeric>

#include "kernels/copy.h"
#include "kernels/strided_copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

int NumSplit(const Node& node) { return OutputCount(node, "num_split"); }

void SetParts(InferContext& context, int input, int axis, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    context.set_output(static_cast<int>(i), context.dtype(input),
                       context.shape(input).WithDim(axis, sizes[i]));
  }
}

void InferSplit(InferContext& context) {
  const Shape& shape = context.shape(1);
  const auto axis = AxisOrDefer(context, 0, shape.rank());
  if (!axis) return;
  const int count = NumSplit(context.node());
  if (count == 0 || shape[*axis] % count != 0) {
    Throw(Code::kShape, "dimension ", *axis, " of ", shape, " cannot be split into ", count,
          " equal parts");
  }
  const std::vector<int64_t> sizes(static_cast<size_t>(count), shape[*axis] / count);
  SetParts(context, 1, *axis, sizes);
}

// Replaces a -1 in `sizes` by the remainder of `whole`.
std::vector<int64_t> ResolveSizes(std::vector<int64_t> sizes, int64_t whole) {
  const auto bad = std::find_if(sizes.begin(), sizes.end(), [](int64_t size) { return size < -1; });
  if (bad != sizes.end()) Throw(Code::kShape, "the size of a part is ", *bad);
  const auto unknown = std::count(sizes.begin(), sizes.end(), -1);
  if (unknown > 1) Throw(Code::kShape, "only one part can have the size -1, got ", unknown);
  const int64_t rest = whole - std::accumulate(sizes.begin(), sizes.end(), unknown);
  if (rest < 0 || (unknown == 0 && rest > 0)) {
    Throw(Code::kShape, "the sizes of the parts add up to ", whole - rest, ", expected ", whole);
  }
  std::replace(sizes.begin(), sizes.end(), int64_t{-1}, rest);
  return sizes;
}

void InferSplitV(InferContext& context) {
  const Shape& shape = context.shape(0);
  const auto sizes = IntsOrDefer(context, 1, "the list of sizes");
  const auto axis = AxisOrDefer(context, 2, shape.rank());
  if (!sizes || !axis) return;
  const int count = NumSplit(context.node());
  if (static_cast<size_t>(count) != sizes->size()) {
    Throw(Code::kShape, "expected ", count, " sizes, one for each output, got ", sizes->size());
  }
  SetParts(context, 0, *axis, ResolveSizes(*sizes, shape[*axis]));
}

template <int input, int axis_input>
std::unique_ptr<Kernel> SplitKernel(const KernelContext& context) {
  const Shape& shape = context.shape(input);
  const int axis = KnownAxis(context, axis_input, shape.rank());
  const AxisSplit split(shape, axis);
  std::vector<int64_t> columns;
  for (int i = 0; i < context.num_outputs(); ++i) {
    columns.push_back(context.output(i).shape[axis] * split.inner);
  }
  const DType dtype = context.dtype(input);
  return MakeKernel([=, columns = std::move(columns)](RunContext& run) {
    int64_t offset = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      CopyRows(dtype, ElementAt(dtype, run.in(input), offset), split.size * split.inner,
               run.out(static_cast<int>(i)), columns[i], split.outer, columns[i]);
      offset += columns[i];
    }
  });
}

TFWASM_OP kSplitOp{.name = "Split",
                   .min_inputs = 2,
                   .max_inputs = 2,
                   .num_outputs = NumSplit,
                   .infer = InferSplit,
                   .kernel = SplitKernel<1, 0>,
                   .in_place_inputs = 2};

TFWASM_OP kSplitVOp{.name = "SplitV",
                    .min_inputs = 3,
                    .max_inputs = 3,
                    .num_outputs = NumSplit,
                    .infer = InferSplitV,
                    .kernel = SplitKernel<0, 2>,
                    .in_place_inputs = 1};

}  // namespace

static void JoinDys(GradientContext& c, int input, int axis_input) {
  std::vector<Operand> parts;
  for (int i = 0; i < c.num_outputs(); ++i) parts.push_back(c.dy(i));
  parts.push_back(c.input(axis_input));
  c.set(input, c.builder().Emit("ConcatV2", parts));
}
TFWASM_GRADIENT kSplitGradient{"Split", [](GradientContext& c) { JoinDys(c, 1, 0); }};
TFWASM_GRADIENT kSplitVGradient{"SplitV", [](GradientContext& c) { JoinDys(c, 0, 2); }};

}  // namespace tfwasm
