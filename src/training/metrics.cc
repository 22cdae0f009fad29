// SPDX-License-Identifier: Apache-2.0
// Means, sums and the R2 score. Formulas: Keras, keras/src/metrics.
#include "training/metrics.h"

#include "core/training_registry.h"
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(metrics, MetricDef, AllMetrics)
TFWASM_TRAINING_REGISTRY(mean_metrics, LossDef, AllMeanMetrics)

std::vector<std::string_view> RegisteredMetrics() {
  std::vector<std::string_view> names = NamesOf(AllMetrics());
  for (const std::string_view name : NamesOf(AllMeanMetrics())) names.push_back(name);
  return names;
}

void MatchShapes(Operand& truth, Operand& prediction, std::string_view metric) {
  truth = Cast(truth, DType::kFloat32);
  prediction = Cast(prediction, DType::kFloat32);
  MatchRanks(truth, prediction);
  if (truth.shape() == prediction.shape() && prediction.shape().rank() > 0) return;
  Throw(Code::kShape, metric, ": the labels are ", truth.shape(), ", but the predictions ",
        prediction.shape());
}

Operand WeightsOf(const Operand& weights, const Operand& values) {
  const Operand ones = Unary("OnesLike", values);
  return weights.empty() ? ones : ones * FitWeights(weights, values);
}

int64_t KnownLastDim(const Shape& shape, std::string_view metric) {
  const int64_t dim = shape.rank() == 0 ? -1 : shape[shape.rank() - 1];
  if (dim < 0) Throw(Code::kShape, metric, " needs to know the last dimension of predictions");
  return dim;
}

std::vector<Operand> Unpack(const Operand& x) {
  return x.builder().EmitAll("Unpack", {x}, {{"num", x.shape()[0]}, {"axis", 0}});
}

Operand Pack(const std::vector<Operand>& parts) {
  return parts[0].builder().Emit("Pack", parts, {{"N", static_cast<int>(parts.size())}});
}

Operand SumRows(const Operand& x, int64_t size) {
  return Sum(Reshape(x, {-1, size}), {0}, /*keep_dims=*/false);
}

namespace {

enum class Summary : uint8_t { kMean, kSum, kRootOfMean };

// Sums of the values of a function.
class ValueMetric : public Metric {
 public:
  // `config` is read for each batch.
  ValueMetric(const LossDef& values, const Json& config, Summary summary = Summary::kMean)
      : values_(values), config_(config), summary_(summary) {}

  Shape StateShape(const Shape& /*prediction*/) const override { return {2}; }

  LossValues Values(Operand truth, Operand prediction) const {
    LayerConfig config(config_, Generation::kKeras3);
    LossValues found = ValuesOfLoss(values_, config, std::move(truth), std::move(prediction));
    found.values = Cast(found.values, DType::kFloat32);
    return found;
  }

  Operand Batch(Operand truth, Operand prediction, const Operand& weights) const override {
    const LossValues found = Values(std::move(truth), std::move(prediction));
    Operand all = WeightsOf(weights, found.values);
    if (!found.mask.empty()) all = all * FitWeights(found.mask, found.values);
    return Pack({SumAll(found.values * all), SumAll(all)});
  }

  Operand Result(const Operand& state) const override {
    const std::vector<Operand> parts = Unpack(state);
    if (summary_ == Summary::kSum) return parts[0];
    const Operand mean = Binary("DivNoNan", parts[0], parts[1]);
    return summary_ == Summary::kRootOfMean ? Unary("Sqrt", mean) : mean;
  }

  bool is_mean() const override { return summary_ == Summary::kMean; }

 private:
  const LossDef& values_;
  const Json& config_;
  Summary summary_;
};

constexpr Json kNoConfig;

// Of values: labels and predictions are both these.
constexpr LossDef kGivenValues{
    "Mean", "", [](LossCall& call) { return Cast(call.truth, DType::kFloat32); }, true};
constexpr LossDef kSquaredErrors{"RootMeanSquaredError", "", [](LossCall& call) {
                                   return Binary("SquaredDifference", call.prediction, call.truth);
                                 }};

template <const LossDef& kValues, Summary kSummary>
std::unique_ptr<Metric> MakeSummary(LayerConfig& /*config*/) {
  return std::make_unique<ValueMetric>(kValues, kNoConfig, kSummary);
}

// 1 - (squared errors) / (squared distances to the mean), by column.
class R2Score : public Metric {
 public:
  explicit R2Score(LayerConfig& config)
      : aggregation_(config.OneOf("class_aggregation", "uniform_average",
                                  {"uniform_average", "variance_weighted_average", "none"})),
        num_regressors_(static_cast<float>(config.Int("num_regressors", 0))) {
    if (num_regressors_ < 0) config.Fail("num_regressors", "at least 0");
  }

  Shape StateShape(const Shape& prediction) const override {
    return {5, prediction.rank() < 2 ? 1 : KnownLastDim(prediction, "R2Score")};
  }

  Operand Batch(Operand truth, Operand prediction, const Operand& weights) const override {
    MatchShapes(truth, prediction, "R2Score");
    const int64_t columns = StateShape(prediction.shape())[1];
    const Operand all = WeightsOf(weights, prediction);
    const Operand weighted = truth * all;
    std::vector<Operand> sums;
    for (const Operand& x :
         {weighted, truth * weighted, all * Binary("SquaredDifference", truth, prediction), all,
          Unary("OnesLike", truth)}) {
      sums.push_back(SumRows(x, columns));
    }
    return Pack(sums);
  }

  Operand Result(const Operand& state) const override {
    const std::vector<Operand> sums = Unpack(state);
    const Operand total = sums[1] - Binary("DivNoNan", sums[0] * sums[0], sums[3]);
    // 0 if all labels are the same.
    Operand score = 1.0f - sums[2] / total;
    score = Select(Unary("IsInf", score), NumberLike(score, 0), score);
    if (aggregation_ == "uniform_average") score = LastMean(score);
    if (aggregation_ == "variance_weighted_average") {
      score = SumAll(total * score) / SumAll(total);
    }
    if (num_regressors_ == 0) return score;
    const Operand samples = SumAll(sums[4]);
    const Operand free = samples - (num_regressors_ + 1);
    const Operand adjusted = 1.0f - (1.0f - score) * (samples - 1.0f) / free;
    return Select(Binary("Greater", free, NumberLike(free, 0)), adjusted, score);
  }

 private:
  std::string aggregation_;
  float num_regressors_;
};

}  // namespace

MadeMetric MakeMetric(const Json& json) {
  const NamedConfig named(json, "metric");
  if (const MetricDef* def = FindNamed(AllMetrics(), named.name)) {
    LayerConfig config(*named.config, Generation::kKeras3);
    std::unique_ptr<Metric> metric = def->make(config);
    RefuseUnknownKeys(config, def->name);
    return {def->name, std::move(metric)};
  }
  const LossDef* def = FindNamed(AllMeanMetrics(), named.name);
  if (def == nullptr) def = FindLoss(named.name);
  if (def == nullptr) Throw(Code::kLayer, "unknown metric '", named.name, "'");
  return {def->name, std::make_unique<ValueMetric>(*def, *named.config)};
}

Operand ValuesOfMetric(const Json& json, Operand truth, Operand prediction) {
  const MadeMetric made = MakeMetric(json);
  if (!made.metric->is_mean()) {
    Throw(Code::kLayer, "the metric ", made.class_name, " is no mean of values");
  }
  return static_cast<const ValueMetric&>(*made.metric)
      .Values(std::move(truth), std::move(prediction))
      .values;
}

TFWASM_METRIC kMean{"Mean", "", MakeSummary<kGivenValues, Summary::kMean>};
TFWASM_METRIC kSum{"Sum", "", MakeSummary<kGivenValues, Summary::kSum>};
TFWASM_METRIC kRootMeanSquaredError{"RootMeanSquaredError", "rmse,RMSE",
                                    MakeSummary<kSquaredErrors, Summary::kRootOfMean>};
TFWASM_METRIC kR2Score{"R2Score", "", MetricOf<R2Score>};

}  // namespace tfwasm
