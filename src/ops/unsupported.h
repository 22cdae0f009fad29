// SPDX-License-Identifier: Apache-2.0
// The op that stands for ops that tfwasm does not support.
#pragma once

#include "graph/graph.h"

namespace tfwasm {

bool IsSupported(const Node& node);

// Replaces the op of a node that is not supported, so that the rest of the graph can be compiled
// and planned. The node has `num_outputs` outputs of unknown shape. It throws E_OP when it runs,
// with the original op.
void MakeUnsupported(Node& node, int num_outputs);

// The original op of a node that MakeUnsupported changed; its op for all other nodes.
std::string OriginalOp(const Node& node);

}  // namespace tfwasm
