// SPDX-License-Identifier: Apache-2.0
#include "training/optimizer.h"

#include <algorithm>

#include "autodiff/trace.h"
#include "core/error.h"
#include "core/training_registry.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(optimizers, OptimizerDef, AllOptimizers)

namespace {

// The work of an element, for ParallelFor.
constexpr double kWork = 4;

UpdateRange PartOf(const UpdateRange& all, int num_slots, int64_t begin, int64_t end) {
  UpdateRange range{.size = end - begin,
                    .variable = all.variable + begin,
                    .slots = {},
                    .gradient = all.gradient + begin};
  for (int k = 0; k < num_slots; ++k) range.slots[k] = all.slots[k] + begin;
  return range;
}

void Decay(float kept, float* variable, int64_t size) {
  if (kept == 1) return;
  for (int64_t i = 0; i < size; ++i) variable[i] *= kept;
}

void Average(const StepNumbers& numbers, float* variable, float* average, int64_t size) {
  const auto momentum = static_cast<float>(numbers.average_momentum);
  const auto rest = static_cast<float>(1 - numbers.average_momentum);
  for (int64_t i = 0; i < size; ++i) average[i] = momentum * average[i] + rest * variable[i];
  if (numbers.is_overwrite) std::copy_n(average, size, variable);
}

void Check(const OptimizerDef& optimizer, const OptimizerOptions& options,
           const VariableUpdate& update) {
  if (update.slots.size() != static_cast<size_t>(CountSlots(optimizer, options))) {
    Throw(Code::kInternal, optimizer.name, " needs ", CountSlots(optimizer, options),
          " slots a variable");
  }
  const auto check = [](const Tensor& tensor, std::string_view what) {
    if (tensor.dtype() != DType::kFloat32) {
      Throw(Code::kDType, what, " must be float32, got ", tensor.dtype());
    }
  };
  check(*update.variable, "a variable to train");
  check(*update.gradient, "a gradient");
  std::vector<Shape> shapes{update.variable->shape()};
  for (const Tensor* slot : update.slots) {
    check(*slot, "the state of an optimizer");
    shapes.push_back(slot->shape());
  }
  CheckUpdate(optimizer, shapes, update.gradient->shape());
}

// Gradients and accumulators after EmitGradients.
struct PreparedGradients {
  PreparedGradients(const OptimizerDef& optimizer, const OptimizerOptions& options, bool is_update,
                    std::span<const VariableUpdate> updates) {
    Trace trace;
    std::vector<Operand> inputs;
    std::vector<Operand> sums;
    for (const VariableUpdate& update : updates) {
      inputs.push_back(trace.Const(*update.gradient));
      if (options.accumulated_steps > 1) {
        sums.push_back(trace.Const(*update.slots[static_cast<size_t>(optimizer.num_slots)]));
      }
    }
    EmitGradients(options, inputs, sums, trace.Const(Tensor::Scalar(is_update)));
    for (const Operand& gradient : inputs) gradients.push_back(trace.tensor(gradient.edge()));
    for (const Operand& sum : sums) accumulators.push_back(trace.tensor(sum.edge()));
  }

  std::vector<Tensor> gradients;
  std::vector<Tensor> accumulators;
};

float* Values(Tensor& tensor) { return static_cast<float*>(tensor.mutable_data()); }

}  // namespace

const OptimizerDef& FindOptimizer(std::string_view name) {
  for (const OptimizerDef& def : AllOptimizers()) {
    if (def.name == name) return def;
  }
  Throw(Code::kInput, "there is no optimizer '", name, "'");
}

int CountSlots(const OptimizerDef& optimizer, const OptimizerOptions& options) {
  return optimizer.num_slots + (options.accumulated_steps > 1 ? 1 : 0) +
         (options.has_average ? 1 : 0);
}

StepNumbers::StepNumbers(const OptimizerDef& optimizer, std::span<const double> numbers) {
  const size_t count = kCount + static_cast<size_t>(optimizer.num_hyperparameters);
  if (numbers.size() != count) {
    Throw(Code::kInternal, "a step of ", optimizer.name, " takes ", count, " numbers, got ",
          numbers.size());
  }
  step = numbers[0];
  is_update = numbers[1] != 0;
  average_momentum = numbers[2];
  is_overwrite = numbers[3] != 0;
  hyperparameters = numbers.subspan(kCount);
}

void CheckUpdate(const OptimizerDef& optimizer, std::span<const Shape> values,
                 const Shape& gradient) {
  const Shape& variable = values[0];
  const auto refuse = [&](std::string_view what, const Shape& shape) {
    Throw(Code::kShape, what, " must have the variable's shape ", variable, ", got ", shape);
  };
  if (gradient != variable) refuse("a gradient", gradient);
  for (int k = 0; k + 1 < static_cast<int>(values.size()); ++k) {
    const Shape& slot = values[static_cast<size_t>(k + 1)];
    const bool is_special = k < optimizer.num_slots && optimizer.fits != nullptr;
    if (is_special ? optimizer.fits(k, slot, variable) : slot == variable) continue;
    if (!is_special) refuse("the state of an optimizer", slot);
    Throw(Code::kShape, "the state of ", optimizer.name, " for a variable of ", variable,
          " cannot have shape ", slot);
  }
}

void UpdateVariable(const OptimizerDef& optimizer, const StepNumbers& numbers, double weight_decay,
                    const WholeUpdate& update, float* average) {
  const UpdateRange& all = update.all;
  const auto kept = static_cast<float>(1 - numbers.hyperparameters[0] * weight_decay);
  const bool is_whole = optimizer.update_whole != nullptr;
  if (numbers.is_update && is_whole) {
    Decay(kept, all.variable, all.size);
    optimizer.update_whole(numbers.hyperparameters, numbers.step, update);
  }
  const bool is_update = numbers.is_update && !is_whole;
  if (!is_update && average == nullptr) return;
  ParallelFor(all.size, kWork, [&](int64_t begin, int64_t end) {
    if (is_update) {
      const UpdateRange range = PartOf(all, optimizer.num_slots, begin, end);
      Decay(kept, range.variable, range.size);
      optimizer.update(numbers.hyperparameters, numbers.step, range);
    }
    if (average != nullptr) Average(numbers, all.variable + begin, average + begin, end - begin);
  });
}

void ApplyOptimizer(const OptimizerDef& optimizer, std::span<const double> numbers,
                    const OptimizerOptions& options, std::span<const VariableUpdate> updates) {
  const StepNumbers step(optimizer, numbers);
  for (const VariableUpdate& update : updates) Check(optimizer, options, update);
  const PreparedGradients prepared(optimizer, options, step.is_update, updates);
  const auto num_slots = static_cast<size_t>(optimizer.num_slots);
  for (size_t i = 0; i < updates.size(); ++i) {
    const VariableUpdate& update = updates[i];
    if (!prepared.accumulators.empty()) *update.slots[num_slots] = prepared.accumulators[i];
    WholeUpdate whole{.shape = update.variable->shape(),
                      .all = {.size = update.variable->size(),
                              .variable = Values(*update.variable),
                              .slots = {},
                              .gradient = prepared.gradients[i].values<float>().data()},
                      .slot_shapes = {}};
    for (size_t k = 0; k < num_slots; ++k) {
      whole.all.slots[k] = Values(*update.slots[k]);
      whole.slot_shapes[k] = update.slots[k]->shape();
    }
    UpdateVariable(optimizer, step, options.weight_decay, whole,
                   options.has_average ? Values(*update.slots.back()) : nullptr);
  }
}

}  // namespace tfwasm
