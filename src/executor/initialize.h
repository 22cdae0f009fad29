// SPDX-License-Identifier: Apache-2.0
// A model's resources before its first run.
#pragma once

#include <memory>
#include <string_view>

#include "executor/model_state.h"
#include "graph/model_def.h"

namespace tfwasm {

// Runs everything in `initializer` that has an effect, which fills the tables of `resources`, and
// replaces the inputs of `model` that have the resource id of one of its outputs by constants.
// `signature` is that of the initializer, or "".
void RunInitializer(ModelDef initializer, std::string_view signature,
                    const std::shared_ptr<ResourceMap>& resources, ModelDef& model);

// Takes resources off the model's inputs: nobody outside can give one.
void HideResourceInputs(ModelDef& model);

}  // namespace tfwasm
