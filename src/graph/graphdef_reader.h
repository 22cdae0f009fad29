// SPDX-License-Identifier: Apache-2.0
// Reads a TensorFlow GraphDef in protobuf's JSON mapping, as the TensorFlow.js converter writes it.
#pragma once

#include <string_view>

#include "graph/model_def.h"

namespace tfwasm {

// The position among the outputs of `producer` of element `index` of its output argument `name`:
// what "node:name:index" in a library function means. Only the op library knows.
using OutputResolver = int (*)(const Node& producer, std::string_view name, int index);

// Reads nodes, library functions and versions. Nodes may come in any order, and their ops may be
// unknown. Until ApplySignature says otherwise the inputs are the placeholders and the outputs the
// nodes that nobody reads.
//
// Dtypes become what tfwasm has for them (core/dtype.h). Attributes that name a type or value of
// the enclosing function ("placeholder") and TensorFlow's internal ones ("_class") are left out.
// A Const whose value bytes the converter moved into the weights keeps its declared shape as the
// attribute "shape" until AttachConstants.
//
// Throws E_JSON, E_LIMIT, E_ATTR, E_SHAPE, E_DTYPE, E_AMBIGUOUS, E_DUPLICATE or E_EDGE, blaming the
// node. Cycles are left for Graph::TopologicalOrder to report.
ModelDef ReadGraphDef(std::string_view topology, OutputResolver resolver);

// A GraphDef attr object alone, e.g. {"axis": {"i": "1"}}.
AttrMap ReadAttrs(std::string_view json);

}  // namespace tfwasm
