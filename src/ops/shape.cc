// SPDX-License-Identifier: Apache-2.0
// Shape, Rank and Size: known at planning time if the shape is.
#include <limits>

#include "ops/op.h"

namespace tfwasm {

namespace {

int32_t ToInt32(int64_t value) {
  if (value > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kShape, value, " does not fit an int32");
  }
  return static_cast<int32_t>(value);
}

Tensor DimsOf(const Shape& shape) {
  std::vector<int32_t> dims;
  for (const int64_t dim : shape.dims()) dims.push_back(ToInt32(dim));
  return Tensor::FromSpan<int32_t>({shape.rank()}, dims);
}

void InferShape(InferContext& context) {
  for (int i = 0; i < context.num_inputs(); ++i) {
    context.set_output_value(i, DimsOf(context.shape(i)));
  }
}

void InferSize(InferContext& context) {
  context.set_output_value(0, Tensor::Scalar(ToInt32(context.shape(0).NumElements())));
}

void InferRank(InferContext& context) {
  context.set_output_value(0, Tensor::Scalar<int32_t>(context.shape(0).rank()));
}

TFWASM_OP kShapeOpOp{.name = "Shape", .infer = InferShape};

TFWASM_OP kShapeNOp{
    .name = "ShapeN",
    .max_inputs = kAnyNumber,
    .num_outputs = [](const Node& node) { return static_cast<int>(node.inputs.size()); },
    .infer = InferShape};

TFWASM_OP kSizeOp{.name = "Size", .infer = InferSize};
TFWASM_OP kRankOp{.name = "Rank", .infer = InferRank};

}  // namespace

}  // namespace tfwasm
