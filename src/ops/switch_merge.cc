// SPDX-License-Identifier: Apache-2.0
// Branches of TensorFlow 1: a Switch passes its value to one branch, a Merge takes the value of the
// branch that ran.
#include "ops/handles.h"

namespace tfwasm {

namespace {

bool IsScalarBool(const Tensor& tensor) {
  return tensor.dtype() == DType::kBool && tensor.size() == 1;
}

void InferSwitch(InferContext& context) {
  for (int i = 0; i < NumOutputs(*FindOp(context.node().op), context.node()); ++i) {
    context.set_output(i, context.dtype(0), context.shape(0));
  }
}

void RunSwitch(TensorContext& context) {
  const Tensor& pred = context.input(1);
  if (!IsScalarBool(pred)) {
    Throw(Code::kDType, "the predicate must be one bool, got ", pred.dtype(), " ", pred.shape());
  }
  context.set_output(pred.values<uint8_t>()[0] != 0 ? 1 : 0, context.input(0));
}

int NumBranches(const Node& node) {
  constexpr int64_t kMostBranches = 65536;
  const int64_t count = node.attrs.RequireInt("num_outs");
  if (count < 1 || count > kMostBranches) {
    Throw(Code::kAttr, "'num_outs' must be from 1 to ", kMostBranches, ", got ", count);
  }
  return static_cast<int>(count);
}

// An index out of range selects the last output.
void RunSwitchN(TensorContext& context) {
  const int64_t last = context.num_outputs() - 1;
  const int64_t index = ScalarInt(context.input(1), "the index of the branch");
  context.set_output(static_cast<int>(index < 0 || index > last ? last : index), context.input(0));
}

void InferMerge(InferContext& context) {
  bool same = true;
  for (int i = 1; i < context.num_inputs(); ++i) {
    same &= context.dtype(i) == context.dtype(0) && context.shape(i).IsKnown() &&
            context.shape(0).IsKnown() && context.shape(i) == context.shape(0);
  }
  if (same) {
    context.set_output(0, context.dtype(0), context.shape(0));
  } else {
    context.set_output_unknown(0, context.dtype(0));
  }
  context.set_output(1, DType::kInt32, Shape());
}

void RunMerge(TensorContext& context) {
  for (size_t i = 0; i < context.inputs().size(); ++i) {
    if (context.inputs()[i].empty()) continue;
    context.set_output(0, context.inputs()[i]);
    context.set_output(1, Tensor::Scalar(static_cast<int32_t>(i)));
    return;
  }
  Throw(Code::kInput, "none of the inputs has a value");
}

TFWASM_OP kSwitchOp{.name = "Switch",
                    .aliases = "RefSwitch",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .num_outputs = [](const Node&) { return 2; },
                    .output_names = "output_false,output_true",
                    .infer = InferSwitch,
                    .run = RunSwitch,
                    .is_stateful = true,
                    .takes_handles = true,
                    .liveness = Liveness::kSwitch};

TFWASM_OP kSwitchNOp{.name = "_SwitchN",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .num_outputs = NumBranches,
                     .infer = InferSwitch,
                     .run = RunSwitchN,
                     .is_stateful = true,
                     .takes_handles = true,
                     .liveness = Liveness::kSwitch};

TFWASM_OP kMergeOp{.name = "Merge",
                   .aliases = "RefMerge",
                   .max_inputs = kAnyNumber,
                   .num_outputs = [](const Node&) { return 2; },
                   .output_names = "output,value_index",
                   .infer = InferMerge,
                   .run = RunMerge,
                   .is_stateful = true,
                   .takes_handles = true,
                   .liveness = Liveness::kMerge};

}  // namespace

}  // namespace tfwasm
