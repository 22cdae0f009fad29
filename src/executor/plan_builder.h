// SPDX-License-Identifier: Apache-2.0
// Builds a Plan: infers shapes, assigns storage, creates kernels.
#pragma once

#include <vector>

#include "executor/plan.h"

namespace tfwasm {

// Throws E_INPUT, E_SHAPE, E_DTYPE, E_ATTR or E_OP, blaming the node. `environment` may be null.
PlanData PlanGraph(const Graph& graph, const std::vector<TensorSpec>& feeds, NodeStates& states,
                   Environment* environment = nullptr);

}  // namespace tfwasm
