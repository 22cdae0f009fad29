// SPDX-License-Identifier: Apache-2.0
// What loops of TensorFlow 1 are made of. passes/functionalize_loops.h turns whole loops into While
// nodes before anything is run, so that what is left over belongs to no loop.
#include "ops/infer.h"

namespace tfwasm {

namespace {

void InferStray(InferContext&) { Throw(Code::kEdge, "this node is not part of a complete loop"); }

constexpr OpDef kLoopPartsOp{.name = "Enter",
                             .aliases = "RefEnter,Exit,RefExit,NextIteration,RefNextIteration",
                             .infer = InferStray,
                             .is_stateful = true,
                             .takes_handles = true};
const OpRegistration kLoopParts(kLoopPartsOp);

constexpr OpDef kLoopCondOp{
    .name = "LoopCond", .infer = InferLikeInput, .is_view = true, .is_stateful = true};
const OpRegistration kLoopCond(kLoopCondOp);

}  // namespace

}  // namespace tfwasm
