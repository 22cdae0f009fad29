// SPDX-License-Identifier: Apache-2.0
// Creates a session from the parts of a model.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "executor/session.h"
#include "graph/model_def.h"
#include "graph/weights.h"

namespace tfwasm {

// The parts of model.json: JSON texts, or "" if the model does not have the part.
struct ModelSource {
  ModelDef model;                               // the topology, from ReadGraphDef
  std::string_view signature = {};              // a SignatureDef
  std::string_view initializer = {};            // a GraphDef that fills the model's tables
  std::string_view initializer_signature = {};  // a SignatureDef
  // As Session::SetIterationLimit, for the initializer and the session.
  uint64_t iteration_limit = std::numeric_limits<uint64_t>::max();
  bool with_int8 = false;  // as Session::SetInt8
};

// Attaches weights to constants, runs the initializer, and removes resources from the inputs, since
// callers cannot feed them. Throws E_WEIGHT_MISSING, E_JSON, E_EDGE, E_OP, and the errors of
// running the initializer.
std::unique_ptr<Session> LoadModel(ModelSource source, const WeightMap& weights);

}  // namespace tfwasm
