// SPDX-License-Identifier: Apache-2.0
// Names of a model's inputs and outputs, and its description for JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "graph/model_def.h"

namespace tfwasm {

// Sets the inputs and outputs of the model from a SignatureDef in JSON, {inputs: {key: {name,
// dtype, tensorShape}}, outputs: {...}}, in its order. If the text or a part is empty or absent,
// the graph's own inputs or outputs stay. Throws E_JSON, E_SHAPE, E_DUPLICATE, or E_EDGE if the
// graph lacks a tensor.
void ApplySignature(ModelDef& model, std::string_view signature_json);

// The tensor "node" or "node:output". Throws E_INPUT if there is no such node.
Edge ResolveTensorName(const Graph& graph, std::string_view name);

// The model as JSON text:
//   {"version": "1087.12",                       producer and minimum consumer of the GraphDef
//    "inputs": [{"key": "image",                 in signature order
//                "name": "image:0",              of the tensor
//                "node": "image",                that makes it
//                "dtype": "float32",             null when it is not declared
//                "shape": [-1, 224, 224, 3]}],   -1: any size; null when not even the rank is known
//    "outputs": [...]}                           the same
std::string DescribeModel(const ModelDef& model);

}  // namespace tfwasm
