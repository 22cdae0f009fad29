// SPDX-License-Identifier: Apache-2.0
// Initializes a model's resources.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "executor/model_state.h"
#include "graph/model_def.h"

namespace tfwasm {

// Runs all nodes of `initializer` with side effects, which fills the tables in `resources`.
// Replaces inputs of `model` by constants if their resource id is that of an output of the
// initializer. `signature`: the initializer's, or "". `iteration_limit`: as for a Session.
void RunInitializer(ModelDef initializer, std::string_view signature,
                    const std::shared_ptr<ResourceMap>& resources, ModelDef& model,
                    uint64_t iteration_limit = std::numeric_limits<uint64_t>::max());

// Removes resources from the model's inputs: JavaScript cannot feed them.
void HideResourceInputs(ModelDef& model);

}  // namespace tfwasm
