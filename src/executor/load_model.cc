// SPDX-License-Identifier: Apache-2.0
#include "executor/load_model.h"

#include "executor/initialize.h"
#include "executor/reachable_ops.h"
#include "graph/constants.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"

namespace tfwasm {

namespace {

// Functions that nothing calls may lack weights.
void AttachReachable(ModelDef& model, const WeightMap& weights) {
  ReplaceUnsupportedOps(model);
  AttachConstants(model, weights);
}

}  // namespace

std::unique_ptr<Session> LoadModel(ModelSource source, const WeightMap& weights) {
  AttachReachable(source.model, weights);
  ApplySignature(source.model, source.signature);
  auto resources = std::make_shared<ResourceMap>();
  if (!source.initializer.empty()) {
    ModelDef initializer = ReadGraphDef(source.initializer, OutputPosition);
    AttachReachable(initializer, weights);
    RunInitializer(std::move(initializer), source.initializer_signature, resources, source.model,
                   source.iteration_limit);
  }
  HideResourceInputs(source.model);
  auto session = std::make_unique<Session>(std::move(source.model), std::move(resources));
  session->SetIterationLimit(source.iteration_limit);
  session->SetInt8(source.with_int8);
  return session;
}

}  // namespace tfwasm
