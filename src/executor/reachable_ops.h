// SPDX-License-Identifier: Apache-2.0
// Which ops of a model may run, and whether all of those that must run are supported.
#pragma once

#include "graph/model_def.h"

namespace tfwasm {

// Lists unsupported ops in `model.unsupported_ops`, replaces them by ops that fail when they run,
// and drops library functions that no node of the graph leads to. A second call has no effect.
void ReplaceUnsupportedOps(ModelDef& model);

// Throws E_OP if a run for the model's outputs must reach an unsupported op. Ops that no output
// needs are no reason to refuse a model, nor are those in branches and loop bodies, which may not
// be taken. Behind a Merge of two branches of TensorFlow 1, only the run can tell. The message
// lists all unsupported ops. Call ReplaceUnsupportedOps before.
void CheckReachableOps(const ModelDef& model);

}  // namespace tfwasm
