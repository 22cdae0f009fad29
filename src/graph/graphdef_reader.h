// SPDX-License-Identifier: Apache-2.0
// Reads a TensorFlow GraphDef in protobuf's JSON mapping, as written by the TensorFlow.js
// converter.
#pragma once

#include <string_view>

#include "graph/edge_reader.h"
#include "graph/model_def.h"

namespace tfwasm {

// Reads nodes, library functions and versions. Nodes may be in any order, and their ops may be
// unknown. The inputs are the placeholders, and the outputs are the nodes without consumers, unless
// ApplySignature changes them.
//
// Dtypes are mapped to those of tfwasm (core/dtype.h). Skips attributes that refer to the enclosing
// function ("placeholder") and TensorFlow's internal ones ("_class"). A Const whose value is in the
// weights keeps its declared shape in the attribute "shape" until AttachConstants.
//
// Throws E_JSON, E_LIMIT, E_ATTR, E_SHAPE, E_DTYPE, E_AMBIGUOUS, E_DUPLICATE or E_EDGE, naming the
// node. Does not detect cycles; Graph::TopologicalOrder does.
ModelDef ReadGraphDef(std::string_view topology, const OutputResolver& resolver);

// Makes the placeholders the inputs and the nodes without consumers the outputs.
void SetDefaultInterface(ModelDef& model);

// Reads only a GraphDef attr object, e.g. {"axis": {"i": "1"}}.
AttrMap ReadAttrs(std::string_view json);

}  // namespace tfwasm
