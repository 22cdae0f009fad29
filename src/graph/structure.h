// SPDX-License-Identifier: Apache-2.0
// A text that is equal for graphs that compute the same.
#pragma once

#include <string>

#include "core/tensor_spec.h"
#include "graph/graph.h"

namespace tfwasm {

// Appends op, attributes, inputs and constant value of a node, but not its name.
void AppendStructure(const Node& node, std::string& text);
void AppendStructure(const TensorSpec& spec, std::string& text);
// Everything but names. The graph must have been built in order.
std::string StructureOf(const Graph& graph);

}  // namespace tfwasm
