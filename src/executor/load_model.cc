// SPDX-License-Identifier: Apache-2.0
#include "executor/load_model.h"

#include "executor/initialize.h"
#include "graph/constants.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"

namespace tfwasm {

std::unique_ptr<Session> LoadModel(ModelSource source, const WeightMap& weights) {
  AttachConstants(source.model, weights);
  ApplySignature(source.model, source.signature);
  auto resources = std::make_shared<ResourceMap>();
  if (!source.initializer.empty()) {
    ModelDef initializer = ReadGraphDef(source.initializer, OutputPosition);
    AttachConstants(initializer, weights);
    RunInitializer(std::move(initializer), source.initializer_signature, resources, source.model);
  }
  HideResourceInputs(source.model);
  return std::make_unique<Session>(std::move(source.model), std::move(resources));
}

}  // namespace tfwasm
