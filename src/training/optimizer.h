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

// All of them, for rules that look at more than one element.
struct WholeUpdate {
  Shape shape;
  UpdateRange all;
  Shape slot_shapes[kMaxSlots];
};

struct OptimizerDef {
  std::string_view name;
  int num_slots = 0;
  int num_hyperparameters = 0;  // The first is the learning rate.
  // One of these updates variable and slots. `step` counts from 1.
  void (*update)(std::span<const double> hyperparameters, double step,
                 const UpdateRange& range) = nullptr;
  void (*update_whole)(std::span<const double> hyperparameters, double step,
                       const WholeUpdate& update) = nullptr;
  // Whether a slot may have this shape. nullptr: it has that of the variable.
  bool (*fits)(int slot, const Shape& shape, const Shape& variable) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_OPTIMIZER TFWASM_REGISTER_FOR_TRAINING(optimizers) constexpr OptimizerDef

// Throws E_INPUT if there is no such optimizer.
const OptimizerDef& FindOptimizer(std::string_view name);

// What every optimizer can do besides. 0: nothing. In this order, a step adds the gradient to the
// accumulator, clips, decays, updates and averages.
struct OptimizerOptions {
  double weight_decay = 0;  // variable -= learning rate * weight_decay * variable
  // At most one of these.
  double clip_norm = 0;         // the largest norm of each gradient
  double clip_value = 0;        // the largest absolute value of an element
  double global_clip_norm = 0;  // the largest norm of all gradients together
  // Above 1: updates are with the mean gradient of that many steps, and a variable has a slot for
  // their sum, behind those of the rule.
  double accumulated_steps = 0;
  // Whether a variable has a slot with its moving average, behind all others.
  bool has_average = false;
};

int CountSlots(const OptimizerDef& optimizer, const OptimizerOptions& options);

// What changes from step to step.
struct StepNumbers {
  static constexpr size_t kCount = 4;  // before the hyperparameters

  // Throws E_INTERNAL if their number is not kCount and that of the hyperparameters.
  StepNumbers(const OptimizerDef& optimizer, std::span<const double> numbers);

  double step;              // of updates, from 1
  bool is_update;           // false: gradients are accumulated only
  double average_momentum;  // average = momentum * average + (1 - momentum) * variable
  bool is_overwrite;        // whether the variable becomes its average
  std::span<const double> hyperparameters;
};

// The update of one variable, in parallel. `average`: nullptr if it has none.
void UpdateVariable(const OptimizerDef& optimizer, const StepNumbers& numbers, double weight_decay,
                    const WholeUpdate& update, float* average);

struct VariableUpdate {
  Tensor* variable;
  std::vector<Tensor*> slots;
  const Tensor* gradient;
};

// Checks the shapes of a variable, of its slots without the accumulator, and of its gradient.
// Throws E_SHAPE.
void CheckUpdate(const OptimizerDef& optimizer, std::span<const Shape> values,
                 const Shape& gradient);

// One step for all variables, which must be float32, like their slots and gradients: throws E_DTYPE
// or E_SHAPE. Nothing else may have their buffers (Tensor::MakeUnique). Nothing is changed if an
// error is thrown.
void ApplyOptimizer(const OptimizerDef& optimizer, std::span<const double> numbers,
                    const OptimizerOptions& options, std::span<const VariableUpdate> updates);

// Emits what comes before the update: accumulation, if there are accumulators, then clipping. Both
// lists get the new values. `is_update`: a bool.
void EmitGradients(const OptimizerOptions& options, std::vector<Operand>& gradients,
                   std::vector<Operand>& accumulators, const Operand& is_update);

// Emits one step. `variables`: each with its slots, all float32. `gradients`: one for each of them.
// `numbers`: float32 [2, n] of StepNumbers; each is the sum of its column, since one float32 is not
// exact enough. Returns the new values in the order of `variables`.
std::vector<std::vector<Operand>> EmitOptimizer(const OptimizerDef& optimizer,
                                                const OptimizerOptions& options,
                                                const std::vector<std::vector<Operand>>& variables,
                                                std::vector<Operand> gradients, Operand numbers);

}  // namespace tfwasm
