// SPDX-License-Identifier: Apache-2.0
// Dtypes and shapes as JavaScript has them: [dtype, dimensions], with -1 for unknown dimensions.
#pragma once

#include <emscripten/val.h>

#include <vector>

#include "core/json_value.h"
#include "core/tensor_spec.h"

namespace tfwasm {

std::vector<TensorSpec> SpecsFromJs(const emscripten::val& list);
JsonValue ToJson(const TensorSpec& spec);

}  // namespace tfwasm
