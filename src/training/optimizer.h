// SPDX-License-Identifier: Apache-2.0
// The update rules of optimizers. One file under src/training/ defines one optimizer or a tight
// family with TFWASM_OPTIMIZER. There is no other list of optimizers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/registry.h"
#include "core/tensor.h"
#include "ops/builder.h"

namespace tfwasm {

inline constexpr int kMaxSlots = 3;

// A part of a variable, of its slots (the optimizer's state for it) and of its gradient.
struct UpdateRange {
  int64_t size;
  float* variable;
  float* slots[kMaxSlots];
  const float* gradient;
};

struct OptimizerDef {
  std::string_view name;
  int num_slots = 0;
  int num_hyperparameters = 0;
  // Updates variable and slots. `step` counts from 1.
  void (*update)(std::span<const double> hyperparameters, double step,
                 const UpdateRange& range) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_OPTIMIZER TFWASM_REGISTER_FOR_TRAINING(optimizers) constexpr OptimizerDef

// Throws E_INPUT if there is no such optimizer.
const OptimizerDef& FindOptimizer(std::string_view name);

// What happens to gradients and variables before the update. 0: nothing.
struct GradientOptions {
  double learning_rate = 0;  // of weight_decay
  double weight_decay = 0;   // variable -= learning_rate * weight_decay * variable
  // At most one of these.
  double clip_norm = 0;         // the largest norm of each gradient
  double clip_value = 0;        // the largest absolute value of an element
  double global_clip_norm = 0;  // the largest norm of all gradients together
};

// The update of one variable, in parallel. `kept`: by how much weight decay multiplies the variable
// before.
void UpdateVariable(const OptimizerDef& optimizer, std::span<const double> hyperparameters,
                    double step, float kept, const UpdateRange& all);

struct VariableUpdate {
  Tensor* variable;
  std::vector<Tensor*> slots;
  const Tensor* gradient;
};

// One step for all variables, which must be float32, like their slots and gradients, and of one
// shape with them: throws E_DTYPE or E_SHAPE. Nothing else may have their buffers
// (Tensor::MakeUnique). Nothing is changed if an error is thrown.
void ApplyOptimizer(const OptimizerDef& optimizer, std::span<const double> hyperparameters,
                    double step, const GradientOptions& options,
                    std::span<const VariableUpdate> updates);

// Emits one step. `variables`: each with its slots, all float32. `gradients`: one for each of them.
// `numbers`: float32 [2, 1 + hyperparameters], the step and the hyperparameters; each is the sum of
// its column, since one float32 is not exact enough. The learning rate is the first hyperparameter.
// Returns the new values in the order of `variables`.
std::vector<std::vector<Operand>> EmitOptimizer(const OptimizerDef& optimizer,
                                                const GradientOptions& options,
                                                const std::vector<std::vector<Operand>>& variables,
                                                std::vector<Operand> gradients, Operand numbers);

}  // namespace tfwasm
