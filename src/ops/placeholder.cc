// SPDX-License-Identifier: Apache-2.0
// Feeds and constants, as the planner sees them.
#include "ops/op.h"

namespace tfwasm {

namespace {

// Reached only if the Placeholder is not fed.
void InferPlaceholder(InferContext&) { Throw(Code::kInput, "this input was not given a value"); }

void InferConst(InferContext& context) {
  const Tensor& value = context.node().value;
  if (value.empty()) Throw(Code::kWeightMissing, "this constant has no value");
  context.set_output_value(0, value);
}

void InferDefault(InferContext& context) {
  context.set_output(0, context.dtype(0), context.shape(0));
}

TFWASM_OP kPlaceholderOp{
    .name = "Placeholder", .min_inputs = 0, .max_inputs = 0, .infer = InferPlaceholder};

TFWASM_OP kConstOp{
    .name = "Const", .min_inputs = 0, .max_inputs = 0, .infer = InferConst, .takes_handles = true};

// Returns its default value if it is not fed.
TFWASM_OP kPlaceholderWithDefaultOp{.name = "PlaceholderWithDefault",
                                    .infer = InferDefault,
                                    .is_view = true,
                                    .takes_handles = true};

}  // namespace

}  // namespace tfwasm
