// SPDX-License-Identifier: Apache-2.0
// Ops that only change the shape.
#include <algorithm>
#include <array>

#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// Replaces a -1 in `dims` so that the element counts match.
Shape ResolveDims(const Shape& input, const std::vector<int64_t>& dims) {
  const Shape wanted{std::span<const int64_t>(dims)};
  const int64_t elements = input.NumElements();
  const auto unknown = std::find(wanted.begin(), wanted.end(), Shape::kUnknownDim);
  if (unknown == wanted.end()) {
    if (wanted.NumElements() != elements) {
      Throw(Code::kShape, "cannot reshape ", input, " to ", wanted, ": the element counts differ");
    }
    return wanted;
  }
  if (std::count(wanted.begin(), wanted.end(), Shape::kUnknownDim) > 1) {
    Throw(Code::kShape, "only one dimension of the new shape can be -1, got ", wanted);
  }
  const int axis = static_cast<int>(unknown - wanted.begin());
  const int64_t rest = wanted.WithDim(axis, 1).NumElements();
  if (rest == 0) {
    Throw(Code::kShape, "cannot tell the -1 in the new shape ", wanted, " of no elements");
  }
  if (elements % rest != 0) {
    Throw(Code::kShape, "cannot reshape ", input, " to ", wanted, ": ", elements,
          " elements are not a multiple of ", rest);
  }
  return wanted.WithDim(axis, elements / rest);
}

void InferReshape(InferContext& context) {
  const auto dims = IntsOrDefer(context, 1, "the new shape");
  if (!dims) return;
  context.set_output(0, context.dtype(0), ResolveDims(context.shape(0), *dims));
}

std::optional<Shape> ViewShape(const std::vector<Tensor>& inputs) {
  const Tensor& dims = inputs[1];
  if (dims.dtype() != DType::kInt32 || dims.shape().rank() != 1) return std::nullopt;
  return ResolveDims(inputs[0].shape(), ToInts(dims));
}

void InferExpandDims(InferContext& context) {
  const Shape& shape = context.shape(0);
  const auto axis = AxisOrDefer(context, 1, shape.rank() + 1);
  if (!axis) return;
  Shape expanded;
  for (int i = 0; i < *axis; ++i) expanded.Append(shape[i]);
  expanded.Append(1);
  for (int i = *axis; i < shape.rank(); ++i) expanded.Append(shape[i]);
  context.set_output(0, context.dtype(0), expanded);
}

void InferSqueeze(InferContext& context) {
  const Shape& shape = context.shape(0);
  const char* name = context.attrs().Has("axis") ? "axis" : "squeeze_dims";
  const std::vector<int64_t> axes = context.attrs().Ints(name);
  std::array<bool, Shape::kMaxRank> drop{};
  for (const int64_t value : axes) {
    const int axis = NormalizeAxis(value, shape.rank());
    if (shape[axis] != 1) {
      Throw(Code::kShape, "dimension ", axis, " of ", shape, " cannot be squeezed: it is not 1");
    }
    drop[static_cast<size_t>(axis)] = true;
  }
  Shape squeezed;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool dropped = axes.empty() ? shape[axis] == 1 : drop[static_cast<size_t>(axis)];
    if (!dropped) squeezed.Append(shape[axis]);
  }
  context.set_output(0, context.dtype(0), squeezed);
}

// The shape is an attribute in TensorFlow, and an input in graphs made for TensorFlow.js.
void InferEnsureShape(InferContext& context) {
  Shape expected = context.attrs().ShapeOr("shape", Shape::UnknownRank());
  if (context.num_inputs() == 2) {
    const auto dims = IntsOrDefer(context, 1, "the shape");
    if (!dims) return;
    expected = Shape(std::span<const int64_t>(*dims));
  }
  if (!expected.Admits(context.shape(0))) {
    Throw(Code::kShape, "expected shape ", expected, ", got ", context.shape(0));
  }
  InferLikeInput(context);
}

TFWASM_OP kReshapeOp{.name = "Reshape",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .infer = InferReshape,
                     .is_view = true,
                     .view_shape = ViewShape};

TFWASM_OP kExpandDimsOp{.name = "ExpandDims",
                        .min_inputs = 2,
                        .max_inputs = 2,
                        .infer = InferExpandDims,
                        .is_view = true};

TFWASM_OP kSqueezeOp{.name = "Squeeze", .infer = InferSqueeze, .is_view = true};

TFWASM_OP kEnsureShapeOp{
    .name = "EnsureShape", .max_inputs = 2, .infer = InferEnsureShape, .is_view = true};

}  // namespace

static void ReshapeRule(GradientContext& c) { c.set(0, Reshape(c.dy(), c.input().shape())); }
TFWASM_GRADIENT kReshapeGradient{"Reshape", ReshapeRule};
TFWASM_GRADIENT kExpandDimsGradient{"ExpandDims", ReshapeRule};
TFWASM_GRADIENT kSqueezeGradient{"Squeeze", ReshapeRule};
TFWASM_GRADIENT kEnsureShapeGradient{"EnsureShape", ReshapeRule};

}  // namespace tfwasm
