// SPDX-License-Identifier: Apache-2.0
// Losses: functions of labels (truth) and predictions. One file under src/training/ defines a
// family with TFWASM_LOSS. There is no other list of losses.
#pragma once

#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

struct LossCall {
  LayerConfig& config;
  Operand truth;
  Operand prediction;
  Operand mask = {};  // booleans that the loss may set: which of its values count
};

// Also for metrics that are means of such values.
struct LossDef {
  std::string_view name;  // the class name
  NameList aliases = {};  // other names, exactly or in snake case
  // One value per sample. All constants that it emits must be independent of the batch size.
  Operand (*values)(LossCall& call) = nullptr;
  // Truth and prediction then have different shapes, and truth is not converted to float32.
  bool has_own_labels = false;
};

// Not in an unnamed namespace.
#define TFWASM_LOSS TFWASM_REGISTER_FOR_TRAINING(losses) constexpr LossDef

std::vector<std::string_view> RegisteredLosses();
// nullptr if there is none. Any spelling.
const LossDef* FindLoss(std::string_view name);

struct LossValues {
  Operand values;
  Operand mask = {};  // empty: all values count
};

// Makes the ranks equal if they differ by one and the larger one has a last dimension of 1.
void MatchRanks(Operand& truth, Operand& prediction);

// The values of a loss per sample. Throws E_SHAPE if the shapes do not fit, E_LAYER if the config
// does not.
LossValues ValuesOfLoss(const LossDef& def, LayerConfig& config, Operand truth, Operand prediction);
// `loss`: a name, or an object with class_name and config. Throws E_LAYER if there is no such loss.
LossValues ValuesOfLoss(const Json& loss, Operand truth, Operand prediction);

// The loss of a batch: "sum_over_batch_size" (also "mean" and "auto"), "sum",
// "mean_with_sample_weight", or "none" for the weighted values. Weights and mask may be empty.
// Means are over the values that the mask has, whatever their weights.
Operand ReduceLoss(std::string_view reduction, const Operand& values, Operand weights,
                   const Operand& mask);

// Throws E_LAYER if a config has keys that nothing has read.
void RefuseUnknownKeys(LayerConfig& config, std::string_view owner);

// The smallest probability, and the number that is added to divisors, in Keras.
constexpr float kEpsilon = 1e-7f;

// Along the last axis, which disappears.
Operand LastMean(const Operand& x);
Operand LastSum(const Operand& x);
// log(sum(exp(x))) along an axis, which disappears.
Operand LogSumExp(const Operand& x, int axis);
// A constant vector of float32.
Operand Numbers(Builder& builder, const std::vector<double>& numbers);
// Of int32 indices, as float32 along a new last axis.
Operand OneHot(const Operand& indices, int64_t depth);
// The place of the largest element, the first one of several.
Operand LastArgMax(const Operand& x);
// Class numbers as int32. `prediction` has an axis of classes at the end; truth has none, or one of
// size 1. Throws E_SHAPE if they do not fit.
Operand ClassLabels(Operand truth, const Operand& prediction);
// The element of each row at its label; NaN for labels that are no class.
Operand AtLabels(const Operand& labels, const Operand& rows);
// Weights as float32, with as many axes as `values` and one value for each of these or for several.
// Throws E_SHAPE if they do not fit.
Operand FitWeights(Operand weights, const Operand& values);

}  // namespace tfwasm
