// SPDX-License-Identifier: Apache-2.0
// From what a model's files hold to a session.
#pragma once

#include <memory>
#include <string_view>

#include "executor/session.h"
#include "graph/model_def.h"
#include "graph/weights.h"

namespace tfwasm {

// The parts of model.json. Texts are JSON, or "" where the model has no such part.
struct ModelSource {
  ModelDef model;                               // of the topology, as ReadGraphDef returns it
  std::string_view signature = {};              // a SignatureDef
  std::string_view initializer = {};            // a GraphDef, which fills the model's tables
  std::string_view initializer_signature = {};  // a SignatureDef
};

// Gives constants their weights, runs the initializer and takes resources off the inputs, which
// nobody outside can give. Throws E_WEIGHT_MISSING, E_JSON, E_EDGE, E_OP and what else the parts
// and the run of the initializer throw.
std::unique_ptr<Session> LoadModel(ModelSource source, const WeightMap& weights);

}  // namespace tfwasm
