// SPDX-License-Identifier: Apache-2.0
// Ops that return their inputs.
#include "kernels/copy.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

int NumInputs(const Node& node) { return static_cast<int>(node.inputs.size()); }

void InferIdentityN(InferContext& context) {
  for (int i = 0; i < context.num_inputs(); ++i) {
    context.set_output(i, context.dtype(i), context.shape(i));
  }
}

std::unique_ptr<Kernel> IdentityNKernel(const KernelContext& context) {
  std::vector<TensorSpec> specs;
  for (int i = 0; i < context.num_outputs(); ++i) specs.push_back(context.output(i));
  return MakeKernel([specs = std::move(specs)](RunContext& run) {
    for (size_t i = 0; i < specs.size(); ++i) {
      const int index = static_cast<int>(i);
      CopyElements(specs[i].dtype, run.in(index), run.out(index), specs[i].shape.NumElements());
    }
  });
}

std::optional<Shape> ViewShape(const std::vector<Tensor>& inputs) { return inputs[0].shape(); }

TFWASM_OP kIdentityOp{.name = "Identity",
                      .aliases = "Snapshot,StopGradient,PreventGradient",
                      .infer = InferLikeInput,
                      .is_view = true,
                      .view_shape = ViewShape,
                      .takes_handles = true};

TFWASM_OP kIdentityNOp{.name = "IdentityN",
                       .max_inputs = kAnyNumber,
                       .num_outputs = NumInputs,
                       .has_type_list = true,
                       .infer = InferIdentityN,
                       .kernel = IdentityNKernel,
                       .in_place_inputs = 1,
                       .takes_handles = true};

// Exists only as a source or target of control inputs.
TFWASM_OP kNoOpOp{.name = "NoOp",
                  .min_inputs = 0,
                  .max_inputs = 0,
                  .num_outputs = [](const Node&) { return 0; },
                  .infer = [](InferContext&) {}};

}  // namespace

TFWASM_GRADIENT kIdentityGradient{"Identity", [](GradientContext& c) { c.set(0, c.dy()); }};
TFWASM_GRADIENT kStopGradientGradient{"StopGradient"};
TFWASM_GRADIENT kPreventGradientGradient{"PreventGradient"};
TFWASM_GRADIENT kIdentityNGradient{"IdentityN", [](GradientContext& c) {
                                     for (int i = 0; i < c.num_inputs(); ++i) {
                                       if (c.has_dy(i)) c.set(i, c.dy(i));
                                     }
                                   }};

}  // namespace tfwasm
