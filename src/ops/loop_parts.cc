// SPDX-License-Identifier: Apache-2.0
// The ops of TensorFlow 1 loops. passes/functionalize_loops.h converts loops to While nodes before
// they run, so these ops run only where they are not part of a loop.
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferStray(InferContext&) { Throw(Code::kEdge, "this node is not part of a complete loop"); }

TFWASM_OP kLoopPartsOp{.name = "Enter",
                       .aliases = "RefEnter,Exit,RefExit,NextIteration,RefNextIteration",
                       .infer = InferStray,
                       .is_stateful = true,
                       .takes_handles = true};

TFWASM_OP kLoopCondOp{
    .name = "LoopCond", .infer = InferLikeInput, .is_view = true, .is_stateful = true};

}  // namespace

}  // namespace tfwasm
