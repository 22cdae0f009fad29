// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/graph.h"

namespace tfwasm {

// Recognizes x * relu6(x + 3) / 6: a product, in any order and nesting, of x, constant scalars, and
// one clamp of a*x + b to [0, h] with b = 3a and h = 6a. The last node becomes HardSwish(x). If the
// constants do not give exactly 1/6, e.g. because they were stored as float16, the attribute
// hardswish_scale has their product. Other constant factors are multiplied into it. Returns whether
// the graph changed.
bool RecognizeHardSwish(Graph& graph);

}  // namespace tfwasm
