// SPDX-License-Identifier: Apache-2.0
// The first values of weights.
#pragma once

#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "core/tensor_spec.h"
#include "kernels/philox.h"
#include "layers/config.h"

namespace tfwasm {

struct InitializerDef {
  std::string_view name;  // the class name
  NameList aliases = {};  // names in snake case that are not that of the class
  // `random` is for configs without a seed.
  Tensor (*make)(LayerConfig& config, const TensorSpec& tensor, const Philox& random) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_INITIALIZER TFWASM_REGISTER_FOR_TRAINING(initializers) constexpr InitializerDef

// `initializer`: a name, or an object with class_name and config. The config's seed overrides
// `seed`. Throws E_LAYER if there is no such initializer, or its config or the shape does not fit.
Tensor Initialize(const Json& initializer, Generation generation, const TensorSpec& tensor,
                  const Philox& random);

}  // namespace tfwasm
