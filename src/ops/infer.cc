// SPDX-License-Identifier: Apache-2.0
#include "ops/infer.h"

#include "ops/arguments.h"

namespace tfwasm {

namespace {

Shape BroadcastInputs(InferContext& context) {
  if (context.dtype(0) != context.dtype(1)) {
    Throw(Code::kDType, "both inputs must have one dtype, got ", context.dtype(0), " and ",
          context.dtype(1));
  }
  return BroadcastShapes(context.shape(0), context.shape(1));
}

}  // namespace

void InferLikeInput(InferContext& context) {
  context.set_output(0, context.dtype(0), context.shape(0));
}

void InferBroadcast(InferContext& context) {
  context.set_output(0, context.dtype(0), BroadcastInputs(context));
}

std::optional<std::vector<int64_t>> IntsOrDefer(InferContext& context, int i,
                                                std::string_view what) {
  context.ExpectDType(i, DType::kInt32, what);
  if (context.shape(i).rank() > 1) {
    Throw(Code::kShape, what, " must have rank 0 or 1, got shape ", context.shape(i));
  }
  return IntsOfAnyRankOrDefer(context, i, what);
}

}  // namespace tfwasm
