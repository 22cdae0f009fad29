// SPDX-License-Identifier: Apache-2.0
// Metrics of labels (truth) and predictions over many batches. One file under src/training/ defines
// a family with TFWASM_METRIC, or with TFWASM_MEAN_METRIC if the metric is the mean of a function.
// The mean of every loss is a metric, too.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "layers/config.h"
#include "ops/builder.h"
#include "training/losses.h"

namespace tfwasm {

// The state of a metric is one tensor, to which each batch adds. It is zero at first.
class Metric {
 public:
  virtual ~Metric() = default;
  // `prediction`: unknown dimensions are -1. Throws E_SHAPE if the state depends on them.
  virtual Shape StateShape(const Shape& prediction) const = 0;
  // What a batch adds. Weights may be empty. All constants that it emits must be independent of the
  // batch size. Throws E_SHAPE if the shapes do not fit.
  virtual Operand Batch(Operand truth, Operand prediction, const Operand& weights) const = 0;
  virtual Operand Result(const Operand& state) const = 0;
  // Whether the state is [sum, count], and the result their quotient.
  virtual bool is_mean() const { return false; }
};

struct MetricDef {
  std::string_view name;  // the class name
  NameList aliases = {};  // other names, exactly or in snake case
  std::unique_ptr<Metric> (*make)(LayerConfig&) = nullptr;
};

// Not in an unnamed namespace.
#define TFWASM_METRIC TFWASM_REGISTER_FOR_TRAINING(metrics) constexpr MetricDef
#define TFWASM_MEAN_METRIC TFWASM_REGISTER_FOR_TRAINING(mean_metrics) constexpr LossDef

// Without the names of losses.
std::vector<std::string_view> RegisteredMetrics();

struct MadeMetric {
  std::string_view class_name;
  std::unique_ptr<Metric> metric;
};

// `json`, which the result refers to: a name, or an object with class_name and config. Throws
// E_LAYER if there is no such metric, or its config does not fit.
MadeMetric MakeMetric(const Json& json);
// The values whose mean a metric is. Throws E_LAYER for other metrics.
Operand ValuesOfMetric(const Json& json, Operand truth, Operand prediction);

// LayerDef::make of a class, perhaps with further arguments.
template <typename T, auto... kArguments>
std::unique_ptr<Metric> MetricOf(LayerConfig& config) {
  return std::make_unique<T>(config, kArguments...);
}

// Converts both to float32. Throws E_SHAPE unless they have one shape then, or nearly so
// (MatchRanks).
void MatchShapes(Operand& truth, Operand& prediction, std::string_view metric);
// Weights of every element of `values`; 1 for empty weights.
Operand WeightsOf(const Operand& weights, const Operand& values);
// The last dimension. Throws E_SHAPE if it is unknown.
int64_t KnownLastDim(const Shape& shape, std::string_view metric);
// The slices along the first axis, and the inverse.
std::vector<Operand> Unpack(const Operand& x);
Operand Pack(const std::vector<Operand>& parts);
// The sum of rows with `size` elements.
Operand SumRows(const Operand& x, int64_t size);

}  // namespace tfwasm
