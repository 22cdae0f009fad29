// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include <vector>

#include "bindings/boundary.h"
#include "training/optimizer.h"

namespace tfwasm {

namespace {

using emscripten::val;

template <typename T>
std::vector<T> Numbers(const val& list) {
  return emscripten::convertJSArrayToNumberVector<T>(list);
}

void Apply(val name, val hyperparameters, double step, val options, val variables, val slots,
           val gradients) {
  Guard([&] {
    const OptimizerDef& optimizer = FindOptimizer(TextFromJs(name));
    const auto variable_handles = Numbers<Handle>(variables);
    const auto slot_handles = Numbers<Handle>(slots);
    const std::vector<Tensor> gradient_tensors = GetTensors(gradients);
    const auto num_slots = static_cast<size_t>(optimizer.num_slots);
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
    const auto numbers = Numbers<double>(options);
    if (numbers.size() != 5) Throw(Code::kInternal, "expected 5 options, got ", numbers.size());
    const GradientOptions gradient_options{.learning_rate = numbers[0],
                                           .weight_decay = numbers[1],
                                           .clip_norm = numbers[2],
                                           .clip_value = numbers[3],
                                           .global_clip_norm = numbers[4]};
    ApplyOptimizer(optimizer, Numbers<double>(hyperparameters), step, gradient_options, updates);
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(optimizers) { emscripten::function("applyOptimizer", &Apply); }

}  // namespace tfwasm
