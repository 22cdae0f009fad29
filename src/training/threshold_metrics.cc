// SPDX-License-Identifier: Apache-2.0
// Metrics that compare predictions with thresholds. Formulas: Keras,
// keras/src/metrics/confusion_metrics.py.
//
// The state is a histogram of the predictions of each label, with a bucket between two thresholds.
// So a batch costs as much for many thresholds as for one.
#include <algorithm>
#include <limits>
#include <numeric>

#include "layers/axes.h"
#include "layers/emit.h"
#include "training/metrics.h"

namespace tfwasm {

namespace {

constexpr int64_t kMostThresholds = 65536;
// Below all predictions.
constexpr double kLowest = -1e10;

// [thresholds, columns]
struct Counts {
  Operand true_positives;
  Operand false_positives;
  // Of labels: [1, columns].
  Operand positives;
  Operand negatives;
};

using Rate = Operand (*)(const Counts&);

Operand Quotient(const Operand& a, const Operand& b) { return Binary("DivNoNan", a, b); }

Operand TruePositives(const Counts& c) { return c.true_positives; }
Operand FalsePositives(const Counts& c) { return c.false_positives; }
Operand TrueNegatives(const Counts& c) { return c.negatives - c.false_positives; }
Operand FalseNegatives(const Counts& c) { return c.positives - c.true_positives; }
Operand Precision(const Counts& c) {
  return Quotient(c.true_positives, c.true_positives + c.false_positives);
}
Operand Recall(const Counts& c) { return Quotient(c.true_positives, c.positives); }
Operand Specificity(const Counts& c) { return Quotient(TrueNegatives(c), c.negatives); }

// kLowest in place of all but the k largest elements of a row.
Operand KeepTop(const Operand& x, int64_t k) {
  const int axis = x.shape().rank() - 1;
  const int64_t size = x.shape()[axis];
  if (k >= size) return x;
  const Operand count = x.builder().Const(Tensor::Scalar(static_cast<int32_t>(k)));
  const Operand places = x.builder().EmitAll("TopKV2", {x, count})[1];
  const Operand is_kept = Sum(OneHot(places, size), {axis}, /*keep_dims=*/false);
  return Select(Cast(is_kept, DType::kBool), x, NumberLike(x, kLowest));
}

Operand Column(const Operand& x, int64_t column) {
  const int axis = x.shape().rank() - 1;
  if (column < 0 || column >= x.shape()[axis]) {
    Throw(Code::kShape, "there is no class ", column, " in ", x.shape());
  }
  return Slice(x, axis, column, 1);
}

class ThresholdMetric : public Metric {
 public:
  Shape StateShape(const Shape& prediction) const override {
    const int64_t columns = is_by_column_ ? KnownLastDim(prediction, "the metric") : 1;
    if (columns > std::numeric_limits<int32_t>::max() / (2 * num_thresholds() + 2)) {
      Throw(Code::kLimit, "too many thresholds for ", columns, " labels");
    }
    return {num_thresholds() + 1, columns, 2};
  }

  Operand Batch(Operand truth, Operand prediction, const Operand& weights) const override {
    MatchShapes(truth, prediction, "the metric");
    if (from_logits_) prediction = Unary("Sigmoid", prediction);
    if (top_k_) prediction = KeepTop(prediction, *top_k_);
    if (class_id_) {
      truth = Column(truth, *class_id_);
      prediction = Column(prediction, *class_id_);
    }
    Operand all = WeightsOf(weights, prediction);
    if (!is_by_column_ && !label_weights_.empty()) all = all * LabelWeights(prediction);
    return Histogram(truth, prediction, all);
  }

 protected:
  // `thresholds` in any order.
  void set_thresholds(std::vector<double> thresholds) {
    std::sort(thresholds.begin(), thresholds.end());
    thresholds_ = std::move(thresholds);
  }
  // The option "num_thresholds": 0 to 1 in equal steps.
  void ReadNumThresholds(LayerConfig& config, int64_t least) {
    const int64_t count = config.Int("num_thresholds", 200);
    if (count < least || count > kMostThresholds) {
      config.Fail("num_thresholds", StrCat("a number from ", least, " to ", kMostThresholds));
    }
    thresholds_.assign(1, 0.5);
    if (count == 1) return;
    thresholds_.resize(static_cast<size_t>(count));
    for (size_t i = 0; i < thresholds_.size(); ++i) {
      thresholds_[i] = static_cast<double>(i) / static_cast<double>(count - 1);
    }
  }
  const std::vector<double>& thresholds() const { return thresholds_; }
  int64_t num_thresholds() const { return static_cast<int64_t>(thresholds_.size()); }

  static Counts CountsOf(const Operand& state) {
    Builder& builder = state.builder();
    const auto split = [&](const Operand& x) {
      return builder.EmitAll("Unpack", {x}, {{"num", 2}, {"axis", 2}});
    };
    const Operand above = builder.Emit("Cumsum", {state, builder.Const(Tensor::Scalar<int32_t>(0))},
                                       {{"exclusive", true}, {"reverse", true}});
    const std::vector<Operand> counts = split(Slice(above, 0, 0, state.shape()[0] - 1));
    const std::vector<Operand> labels = split(Sum(state, {0}, /*keep_dims=*/true));
    return {.true_positives = counts[1],
            .false_positives = counts[0],
            .positives = labels[1],
            .negatives = labels[0]};
  }

  Operand LabelWeights(const Operand& x) const {
    const Operand weights = Numbers(x.builder(), label_weights_);
    const Shape& shape = x.shape();
    if (shape.rank() == 0 || weights.shape()[0] != shape[shape.rank() - 1]) {
      Throw(Code::kShape, "'label_weights' has ", label_weights_.size(),
            " elements, which do not fit to ", shape);
    }
    return weights;
  }

  std::optional<int64_t> top_k_;
  std::optional<int64_t> class_id_;
  bool from_logits_ = false;
  bool is_by_column_ = false;  // else all columns are counted together
  std::vector<double> label_weights_;

 private:
  Operand Histogram(const Operand& truth, const Operand& prediction, const Operand& weights) const {
    Builder& builder = prediction.builder();
    const Shape state = StateShape(prediction.shape());
    const Shape rows{-1, state[1]};
    // The number of a bucket: how many thresholds are less.
    const Operand bucket =
        Binary("LowerBound", Reshape(Numbers(builder, thresholds_), {1, num_thresholds()}),
               Reshape(prediction, {1, -1}));
    std::vector<int64_t> columns(static_cast<size_t>(state[1]));
    std::iota(columns.begin(), columns.end(), 0);
    // Places in the state: (bucket * columns + column) * 2 + label.
    const auto inner = [](const Operand& outer, int64_t size, const Operand& place) {
      const Operand start = Binary("Mul", outer, NumberLike(outer, static_cast<float>(size)));
      return Binary("AddV2", start, place);
    };
    const Operand label = Cast(Cast(Reshape(truth, rows), DType::kBool), DType::kInt32);
    const Operand by_column = inner(Reshape(bucket, rows), state[1], builder.Ints(columns));
    const Operand size = builder.Const(Tensor::Scalar(static_cast<int32_t>(state.NumElements())));
    return Reshape(builder.Emit("UnsortedSegmentSum",
                                {Reshape(weights, rows), inner(by_column, 2, label), size}),
                   state);
  }

  std::vector<double> thresholds_;  // ascending
};

// A rate at each threshold: a scalar for one, a vector for a list.
class RateMetric : public ThresholdMetric {
 public:
  RateMetric(LayerConfig& config, Rate rate) : rate_(rate) {
    top_k_ = config.MaybeInt("top_k");
    if (top_k_ && *top_k_ < 1) config.Fail("top_k", "at least 1");
    class_id_ = config.MaybeInt("class_id");
    is_list_ = config.Given("thresholds").AsArray() != nullptr;
    const std::vector<double> given =
        config.MaybeNumbers("thresholds").value_or(std::vector<double>{top_k_ ? kLowest : 0.5});
    if (given.empty()) config.Fail("thresholds", "at least one number");
    set_thresholds(given);
    for (const double threshold : given) {
      places_.push_back(std::lower_bound(thresholds().begin(), thresholds().end(), threshold) -
                        thresholds().begin());
    }
  }

  Operand Result(const Operand& state) const override {
    const Operand rates = rate_(CountsOf(state));
    const Operand given = Gather(rates, rates.builder().Ints(places_), 0);
    return Reshape(given, is_list_ ? Shape{num_thresholds()} : Shape{});
  }

 private:
  Rate rate_;
  bool is_list_;
  std::vector<int64_t> places_;  // of the given thresholds among the sorted ones
};

// The largest `rate` where `constrained` has at least a value.
class ConstrainedMetric : public ThresholdMetric {
 public:
  ConstrainedMetric(LayerConfig& config, const char* key, Rate constrained, Rate rate)
      : least_(static_cast<float>(config.Number(key))), constrained_(constrained), rate_(rate) {
    if (!(least_ >= 0 && least_ <= 1)) config.Fail(key, "a number from 0 to 1");
    class_id_ = config.MaybeInt("class_id");
    ReadNumThresholds(config, 1);
  }

  Operand Result(const Operand& state) const override {
    const Counts counts = CountsOf(state);
    const Operand constrained = constrained_(counts);
    const Operand fits = Binary("GreaterEqual", constrained, NumberLike(constrained, least_));
    const Operand rates = rate_(counts);
    return Reduce("Max", Select(fits, rates, NumberLike(rates, 0)), {0, 1}, /*keep_dims=*/false);
  }

 private:
  float least_;
  Rate constrained_;
  Rate rate_;
};

// The area under a curve of two rates.
class Auc : public ThresholdMetric {
 public:
  explicit Auc(LayerConfig& config)
      : curve_(config.Text("curve", "ROC")),
        method_(config.OneOf("summation_method", "interpolation",
                             {"interpolation", "majoring", "minoring"})) {
    if (curve_ != "ROC" && curve_ != "PR" && curve_ != "PRGAIN") {
      config.Fail("curve", "ROC, PR or PRGAIN");
    }
    ReadNumThresholds(config, 2);
    std::vector<double> ends = thresholds();
    if (const auto given = config.MaybeNumbers("thresholds")) {
      ends = *given;
      ends.insert(ends.end(), {0, 1});
    }
    set_thresholds(std::move(ends));
    // Predictions of 0 and 1 are inside.
    std::vector<double> widened = thresholds();
    widened.front() -= kEpsilon;
    widened.back() += kEpsilon;
    set_thresholds(std::move(widened));
    from_logits_ = config.Bool("from_logits", false);
    is_by_column_ = config.Bool("multi_label", false);
    config.MaybeInt("num_labels");
    label_weights_ = config.MaybeNumbers("label_weights").value_or(std::vector<double>());
  }

  Operand Result(const Operand& state) const override {
    const Counts counts = CountsOf(state);
    const bool is_interpolated = curve_ == "PR" && method_ == "interpolation";
    const Operand areas = Sum(is_interpolated ? InterpolatedAreas(counts) : Areas(counts), {0},
                              /*keep_dims=*/false);
    if (!is_by_column_ || label_weights_.empty()) return LastMean(areas);
    const Operand weights = LabelWeights(areas);
    return Quotient(LastSum(areas * weights), LastSum(weights));
  }

 private:
  // At the lower and at the upper threshold of each step.
  static Operand Lower(const Operand& x) { return Slice(x, 0, 0, x.shape()[0] - 1); }
  static Operand Upper(const Operand& x) { return Slice(x, 0, 1, x.shape()[0] - 1); }

  static Operand AtLeast0(const Operand& x) { return Binary("Maximum", x, NumberLike(x, 0)); }

  // 1 - (positives / negatives) * (errors / true positives)
  static Operand Gain(const Counts& c, const Operand& errors, float without_hits) {
    const Operand gain =
        1.0f - Quotient(c.positives, c.negatives) * Quotient(errors, c.true_positives);
    const Operand zero = NumberLike(gain, 0);
    return Select(Binary("Equal", c.true_positives, zero), NumberLike(gain, without_hits), gain);
  }

  Operand Areas(const Counts& c) const {
    Operand x = Recall(c);
    Operand y = x;
    if (curve_ == "ROC") {
      x = Quotient(c.false_positives, c.negatives);
    } else if (curve_ == "PR") {
      y = Precision(c);
    } else {
      x = AtLeast0(Gain(c, FalseNegatives(c), 0));
      y = Gain(c, c.false_positives, 1);
    }
    const Operand width = Lower(x) - Upper(x);
    if (method_ == "interpolation") return width * (0.5f * (Lower(y) + Upper(y)));
    return width * Binary(method_ == "minoring" ? "Minimum" : "Maximum", Lower(y), Upper(y));
  }

  // Davis and Goadrich, The Relationship Between Precision-Recall and ROC Curves, section 4:
  // between two thresholds, the counts of positives change linearly.
  static Operand InterpolatedAreas(const Counts& c) {
    const Operand& hits = c.true_positives;
    const Operand all = hits + c.false_positives;
    const Operand step = Lower(hits) - Upper(hits);
    const Operand slope = Quotient(step, AtLeast0(Lower(all) - Upper(all)));
    const Operand intercept = Upper(hits) - slope * Upper(all);
    const Operand ratio = Quotient(Lower(all), Upper(all));
    const Operand zero = NumberLike(ratio, 0);
    const Operand log =
        Unary("Log", Select(Binary("Greater", ratio, zero), ratio, NumberLike(ratio, 1)));
    return Quotient(slope * (step + intercept * log), c.positives);
  }

  std::string curve_;
  std::string method_;
};

constexpr char kSensitivity[] = "sensitivity";
constexpr char kSpecificity[] = "specificity";
constexpr char kPrecision[] = "precision";
constexpr char kRecall[] = "recall";

}  // namespace

TFWASM_METRIC kPrecisionMetric{"Precision", "", MetricOf<RateMetric, Precision>};
TFWASM_METRIC kRecallMetric{"Recall", "", MetricOf<RateMetric, Recall>};
TFWASM_METRIC kTruePositives{"TruePositives", "", MetricOf<RateMetric, TruePositives>};
TFWASM_METRIC kFalsePositives{"FalsePositives", "", MetricOf<RateMetric, FalsePositives>};
TFWASM_METRIC kTrueNegatives{"TrueNegatives", "", MetricOf<RateMetric, TrueNegatives>};
TFWASM_METRIC kFalseNegatives{"FalseNegatives", "", MetricOf<RateMetric, FalseNegatives>};
TFWASM_METRIC kSensitivityAtSpecificity{
    "SensitivityAtSpecificity", "", MetricOf<ConstrainedMetric, kSpecificity, Specificity, Recall>};
TFWASM_METRIC kSpecificityAtSensitivity{
    "SpecificityAtSensitivity", "", MetricOf<ConstrainedMetric, kSensitivity, Recall, Specificity>};
TFWASM_METRIC kPrecisionAtRecall{"PrecisionAtRecall", "",
                                 MetricOf<ConstrainedMetric, kRecall, Recall, Precision>};
TFWASM_METRIC kRecallAtPrecision{"RecallAtPrecision", "",
                                 MetricOf<ConstrainedMetric, kPrecision, Precision, Recall>};
TFWASM_METRIC kAuc{"AUC", "auc", MetricOf<Auc>};

}  // namespace tfwasm
