// SPDX-License-Identifier: Apache-2.0
// What a model's inputs and outputs are called, and how it describes itself to JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "graph/model_def.h"

namespace tfwasm {

// Sets the inputs and outputs of the model from a SignatureDef in JSON,
// {inputs: {key: {name, dtype, tensorShape}}, outputs: {...}}, in its order. Text that is empty, or
// a part that is absent or empty, leaves what the graph itself says.
// Throws E_JSON, E_SHAPE or E_DUPLICATE, or E_EDGE when it names a tensor that the graph lacks.
void ApplySignature(ModelDef& model, std::string_view signature_json);

// The tensor called "node" or "node:output". Throws E_INPUT when there is no such node.
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
