// SPDX-License-Identifier: Apache-2.0
// Activation functions by name.
#pragma once

#include <string_view>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct ActivationDef {
  std::string_view name;
  NameList aliases = {};
  // `config`: of an activation that was saved as an object; null otherwise.
  Operand (*apply)(Operand x, Generation generation, const JsonValue& config) = nullptr;
};

#define TFWASM_ACTIVATION TFWASM_REGISTER_FOR_TRAINING(activations) constexpr ActivationDef

// The activation of a config: a name, an object with class_name and config, or null.
class LayerActivation {
 public:
  LayerActivation() = default;  // linear
  // Throws E_LAYER if there is none of that name.
  LayerActivation(LayerConfig& config, std::string_view key, std::string_view fallback = "linear");
  LayerActivation(const JsonValue& value, Generation generation);

  Operand operator()(Operand x) const {
    return def_ == nullptr ? x : def_->apply(x, generation_, config_);
  }
  std::string_view name() const { return def_ == nullptr ? "linear" : def_->name; }

 private:
  const ActivationDef* def_ = nullptr;  // nullptr: linear
  Generation generation_ = Generation::kKeras2;
  JsonValue config_ = nullptr;
};

std::vector<std::string_view> RegisteredActivations();

}  // namespace tfwasm
