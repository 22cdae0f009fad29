// SPDX-License-Identifier: Apache-2.0
#include "training/optimizer.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/training_registry.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(optimizers, OptimizerDef, AllOptimizers)

namespace {

// The work of an element, for ParallelFor.
constexpr double kWork = 4;

void Check(const OptimizerDef& optimizer, const VariableUpdate& update) {
  if (update.slots.size() != static_cast<size_t>(optimizer.num_slots)) {
    Throw(Code::kInternal, optimizer.name, " needs ", optimizer.num_slots, " slots a variable");
  }
  const Tensor& variable = *update.variable;
  const auto check = [&](const Tensor& tensor, std::string_view what) {
    if (tensor.dtype() != DType::kFloat32) {
      Throw(Code::kDType, what, " must be float32, got ", tensor.dtype());
    }
    if (tensor.shape() == variable.shape()) return;
    Throw(Code::kShape, what, " must have the variable's shape ", variable.shape(), ", got ",
          tensor.shape());
  };
  check(variable, "a variable to train");
  check(*update.gradient, "a gradient");
  for (const Tensor* slot : update.slots) check(*slot, "the state of an optimizer");
}

double SumOfSquares(const Tensor& tensor) {
  double sum = 0;
  for (const float value : tensor.values<float>()) sum += double{value} * double{value};
  return sum;
}

float FactorFor(double norm, double limit) {
  return norm > limit ? static_cast<float>(limit / norm) : 1.0f;
}

// The gradients as the options want them: copies if they differ.
class ClippedGradients {
 public:
  ClippedGradients(const GradientOptions& options, std::span<const VariableUpdate> updates) {
    double total = 0;
    if (options.global_clip_norm > 0) {
      for (const VariableUpdate& update : updates) total += SumOfSquares(*update.gradient);
    }
    const float global =
        options.global_clip_norm > 0 ? FactorFor(std::sqrt(total), options.global_clip_norm) : 1.0f;
    for (const VariableUpdate& update : updates) {
      const float factor =
          options.clip_norm > 0
              ? FactorFor(std::sqrt(SumOfSquares(*update.gradient)), options.clip_norm)
              : global;
      const bool is_clipped = options.clip_value > 0;
      if (factor == 1 && !is_clipped) {
        gradients_.push_back(*update.gradient);
        continue;
      }
      Tensor changed(DType::kFloat32, update.gradient->shape());
      const auto limit = static_cast<float>(options.clip_value);
      std::transform(update.gradient->values<float>().begin(),
                     update.gradient->values<float>().end(),
                     changed.mutable_values<float>().begin(), [&](float value) {
                       if (!is_clipped) return value * factor;
                       const float low = value < -limit ? -limit : value;
                       return low > limit ? limit : low;
                     });
      gradients_.push_back(std::move(changed));
    }
  }

  const float* operator[](size_t i) const { return gradients_[i].values<float>().data(); }

 private:
  std::vector<Tensor> gradients_;
};

}  // namespace

const OptimizerDef& FindOptimizer(std::string_view name) {
  for (const OptimizerDef& def : AllOptimizers()) {
    if (def.name == name) return def;
  }
  Throw(Code::kInput, "there is no optimizer '", name, "'");
}

void UpdateVariable(const OptimizerDef& optimizer, std::span<const double> hyperparameters,
                    double step, float kept, const UpdateRange& all) {
  ParallelFor(all.size, kWork, [&](int64_t begin, int64_t end) {
    UpdateRange range{.size = end - begin,
                      .variable = all.variable + begin,
                      .slots = {},
                      .gradient = all.gradient + begin};
    for (int k = 0; k < optimizer.num_slots; ++k) range.slots[k] = all.slots[k] + begin;
    if (kept != 1) {
      for (int64_t i = 0; i < range.size; ++i) range.variable[i] *= kept;
    }
    optimizer.update(hyperparameters, step, range);
  });
}

void ApplyOptimizer(const OptimizerDef& optimizer, std::span<const double> hyperparameters,
                    double step, const GradientOptions& options,
                    std::span<const VariableUpdate> updates) {
  if (hyperparameters.size() != static_cast<size_t>(optimizer.num_hyperparameters)) {
    Throw(Code::kInternal, optimizer.name, " has ", optimizer.num_hyperparameters,
          " hyperparameters, got ", hyperparameters.size());
  }
  for (const VariableUpdate& update : updates) Check(optimizer, update);
  const ClippedGradients gradients(options, updates);
  const auto kept = static_cast<float>(1 - options.learning_rate * options.weight_decay);
  for (size_t i = 0; i < updates.size(); ++i) {
    const VariableUpdate& update = updates[i];
    UpdateRange all{.size = update.variable->size(),
                    .variable = static_cast<float*>(update.variable->mutable_data()),
                    .slots = {},
                    .gradient = gradients[i]};
    for (size_t k = 0; k < update.slots.size(); ++k) {
      all.slots[k] = static_cast<float*>(update.slots[k]->mutable_data());
    }
    UpdateVariable(optimizer, hyperparameters, step, kept, all);
  }
}

}  // namespace tfwasm
