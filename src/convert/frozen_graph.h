// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "convert/source_model.h"

namespace tfwasm {

// Reads a GraphDef whose weights are constants. `outputs`: names of nodes or tensors; if there are
// none, the nodes that nothing reads. The inputs are the placeholders that outputs depend on.
// Throws E_INPUT for an unknown output and E_STATE if the graph has variables.
SourceModel ReadFrozenGraph(std::string_view bytes, const std::vector<std::string>& outputs);

}  // namespace tfwasm
