// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include <vector>

#include "bindings/boundary.h"
#include "bindings/training/builder_scope.h"
#include "training/optimizer.h"

namespace tfwasm {

namespace {

using emscripten::val;

// Weight decay, clip norm, clip value, global clip norm, accumulated steps, whether there are
// averages.
OptimizerOptions OptionsFromJs(const val& options) {
  const auto numbers = Numbers<double>(options);
  if (numbers.size() != 6) Throw(Code::kInternal, "expected 6 options, got ", numbers.size());
  return {.weight_decay = numbers[0],
          .clip_norm = numbers[1],
          .clip_value = numbers[2],
          .global_clip_norm = numbers[3],
          .accumulated_steps = numbers[4],
          .has_average = numbers[5] != 0};
}

void Apply(val name, val numbers, val given_options, val variables, val slots, val gradients) {
  Guard([&] {
    const OptimizerDef& optimizer = FindOptimizer(TextFromJs(name));
    const OptimizerOptions options = OptionsFromJs(given_options);
    const auto variable_handles = Numbers<Handle>(variables);
    const auto slot_handles = Numbers<Handle>(slots);
    const std::vector<Tensor> gradient_tensors = GetTensors(gradients);
    const auto num_slots = static_cast<size_t>(CountSlots(optimizer, options));
    if (gradient_tensors.size() != variable_handles.size() ||
        slot_handles.size() != num_slots * variable_handles.size()) {
      Throw(Code::kInternal, "an optimizer needs a gradient and all slots for each variable");
    }
    std::vector<VariableUpdate> updates;
    for (size_t i = 0; i < variable_handles.size(); ++i) {
      VariableUpdate update{.variable = &Tensors().Get(variable_handles[i]).MakeUnique(),
                            .slots = {},
                            .gradient = &gradient_tensors[i]};
      for (size_t k = 0; k < num_slots; ++k) {
        update.slots.push_back(&Tensors().Get(slot_handles[i * num_slots + k]).MakeUnique());
      }
      updates.push_back(std::move(update));
    }
    ApplyOptimizer(optimizer, Numbers<double>(numbers), options, updates);
  });
}

// The new values of the variables, then those of the slots.
val CaptureOptimizer(val name, val given_options, val variables, val slots, val gradients,
                     Handle numbers) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const OptimizerDef& optimizer = FindOptimizer(TextFromJs(name));
      const OptimizerOptions options = OptionsFromJs(given_options);
      const int num_slots = CountSlots(optimizer, options);
      const std::vector<Operand> slot_operands = OperandsOf(scope, slots);
      std::vector<std::vector<Operand>> values;
      for (const Operand& variable : OperandsOf(scope, variables)) {
        const auto first =
            slot_operands.begin() + static_cast<std::ptrdiff_t>(values.size()) * num_slots;
        values.push_back({variable});
        values.back().insert(values.back().end(), first, first + num_slots);
      }
      values = EmitOptimizer(optimizer, options, values, OperandsOf(scope, gradients),
                             scope.OperandOf(numbers));
      std::vector<Handle> handles;
      for (const auto& of_variable : values) handles.push_back(scope.HandleOf(of_variable[0]));
      for (const auto& of_variable : values) {
        for (size_t k = 1; k < of_variable.size(); ++k) {
          handles.push_back(scope.HandleOf(of_variable[k]));
        }
      }
      return val::array(handles);
    });
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(optimizers) {
  emscripten::function("applyOptimizer", &Apply);
  emscripten::function("captureOptimizer", &CaptureOptimizer);
}

}  // namespace tfwasm
