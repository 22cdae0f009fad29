// SPDX-License-Identifier: Apache-2.0
// Activation functions by name.
#pragma once

#include <string_view>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct ActivationCall {
  Operand x;
  Generation generation;
  const JsonValue& config;  // of an activation that was saved as an object; else null

  float Number(const char* key, float fallback) const;
};

struct ActivationDef {
  std::string_view name;
  NameList aliases = {};
  const char* op = nullptr;  // the op that computes it, unless `apply` is given
  Operand (*apply)(const ActivationCall& call) = nullptr;
  bool along_axis = false;  // not elementwise: works along the last axis
};

#define TFWASM_ACTIVATION TFWASM_REGISTER_FOR_TRAINING(activations) constexpr ActivationDef

// The activation of a config: a name, an object with class_name and config, or null.
class LayerActivation {
 public:
  LayerActivation() = default;  // linear
  // Throws E_LAYER if there is none of that name.
  LayerActivation(LayerConfig& config, std::string_view key, std::string_view fallback = "linear");
  LayerActivation(const Json& value, Generation generation);

  Operand operator()(Operand x) const;
  bool is_elementwise() const { return def_ == nullptr || !def_->along_axis; }
  std::string_view name() const { return def_ == nullptr ? "linear" : def_->name; }

 private:
  const ActivationDef* def_ = nullptr;  // nullptr: linear
  Generation generation_ = Generation::kKeras2;
  JsonValue config_ = nullptr;
};

std::vector<std::string_view> RegisteredActivations();

}  // namespace tfwasm
