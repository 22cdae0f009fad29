// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Finds x * relu6(x + 3) / 6 written out: a product, in any order and nesting, of x, constant
// scalars and one clamp of a*x + b to [0, h] with b = 3a and h = 6a. Its last node becomes
// HardSwish(x); where the constants do not come to 1/6, say because they were stored as float16,
// the attribute hardswish_scale has what they come to. Further factors are
// taken into it. Returns whether the graph changed.
bool RecognizeHardSwish(Graph& graph);

}  // namespace tfwasm
