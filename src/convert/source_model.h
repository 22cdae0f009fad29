// SPDX-License-Identifier: Apache-2.0
// A model on its way from a file to model.json.
#pragma once

#include <string>
#include <vector>

#include "convert/graph_json.h"
#include "graph/model_def.h"

namespace tfwasm {

struct SourceModel {
  ModelDef model;  // graph.outputs are those of the signature, in order
  std::vector<InterfaceTensor> inputs;
  std::vector<InterfaceTensor> outputs;  // one for each of graph.outputs
  // Fills tables; runs before the model. No nodes if there are none.
  ModelDef initializer;
  std::string generated_by;        // the version of TensorFlow
  std::vector<std::string> notes;  // what was left out, and why
};

// Cuts the graph of a model at these tensors, "node" or "node:output": a placeholder of the same
// name takes the place of each node that is no placeholder. Throws E_INPUT.
void CutAtInputs(SourceModel& source);

// Gives every output the name that its InterfaceTensor has, if simplification has changed it.
void RestoreOutputNames(SourceModel& source);

}  // namespace tfwasm
