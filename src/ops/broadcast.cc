// SPDX-License-Identifier: Apache-2.0
// Broadcasting of tensors and of shapes, by NumPy's rules.
#include <algorithm>
#include <vector>

#include "kernels/tile.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferBroadcastTo(InferContext& context) {
  const auto shape = ShapeOrDefer(context, 1);
  if (!shape) return;
  if (!(BroadcastShapes(context.shape(0), *shape) == *shape)) {
    Throw(Code::kShape, "the shape ", context.shape(0), " cannot be broadcast to ", *shape);
  }
  context.set_output(0, context.dtype(0), *shape);
}

std::unique_ptr<Kernel> BroadcastToKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const Shape output = context.output(0).shape;
  Shape input;
  while (input.rank() + context.shape(0).rank() < output.rank()) input.Append(1);
  for (const int64_t dim : context.shape(0).dims()) input.Append(dim);
  return MakeKernel([dtype, input, output](RunContext& run) {
    Tile(dtype, input, output, run.in(0), run.out(0));
  });
}

// The size of axis `i`, counted from the last one. Missing axes have size 1.
int64_t FromEnd(const std::vector<int64_t>& dims, size_t i) {
  return i < dims.size() ? dims[dims.size() - 1 - i] : 1;
}

// Such a list may be longer than the rank of a Shape.
std::string FormatDims(const std::vector<int64_t>& dims) {
  std::string text = "[";
  for (const int64_t dim : dims) text += StrCat(text.size() > 1 ? "," : "", dim);
  return text + "]";
}

// Inputs and output are shapes. A dimension may be unknown, -1, which matches itself and 1.
void InferBroadcastArgs(InferContext& context) {
  const auto a = IntsOrDefer(context, 0, "the first shape");
  const auto b = IntsOrDefer(context, 1, "the second shape");
  if (!a || !b) return;
  std::vector<int32_t> dims(std::max(a->size(), b->size()));
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t left = FromEnd(*a, i);
    const int64_t right = FromEnd(*b, i);
    if (left < -1 || right < -1) Throw(Code::kShape, "a dimension must not be less than -1");
    if (left != right && left != 1 && right != 1) {
      Throw(Code::kShape, "the shapes ", FormatDims(*a), " and ", FormatDims(*b),
            " cannot be broadcast");
    }
    dims[dims.size() - 1 - i] = static_cast<int32_t>(left == 1 ? right : left);
  }
  context.set_output_value(0, Tensor::FromSpan<int32_t>({static_cast<int64_t>(dims.size())}, dims));
}

TFWASM_OP kBroadcastToOp{.name = "BroadcastTo",
                         .min_inputs = 2,
                         .max_inputs = 2,
                         .infer = InferBroadcastTo,
                         .kernel = BroadcastToKernel,
                         .in_place_inputs = 1};

TFWASM_OP kBroadcastArgsOp{
    .name = "BroadcastArgs", .min_inputs = 2, .max_inputs = 2, .infer = InferBroadcastArgs};

}  // namespace

// set() sums.
TFWASM_GRADIENT kBroadcastToGradient{"BroadcastTo", [](GradientContext& c) { c.set(0, c.dy()); }};

}  // namespace tfwasm
