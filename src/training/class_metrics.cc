// SPDX-License-Identifier: Apache-2.0
// Metrics that count by class: F scores and intersection over union. Formulas: Keras,
// keras/src/metrics/f_score_metrics.py and iou_metrics.py.
#include <algorithm>
#include <limits>

#include "layers/emit.h"
#include "training/metrics.h"

namespace tfwasm {

namespace {

// The state is [hits, predictions, labels] by class.
class FBetaScore : public Metric {
 public:
  FBetaScore(LayerConfig& config, bool has_beta)
      : average_(config.OneOf("average", "none", {"none", "micro", "macro", "weighted"})),
        beta_(has_beta ? static_cast<float>(config.Number("beta", 1)) : 1),
        threshold_(config.MaybeNumber("threshold")) {
    if (!(beta_ > 0)) config.Fail("beta", "a number above 0");
  }

  Shape StateShape(const Shape& prediction) const override {
    return {3, average_ == "micro" ? 1 : KnownLastDim(prediction, "an F score")};
  }

  Operand Batch(Operand truth, Operand prediction, const Operand& weights) const override {
    MatchShapes(truth, prediction, "an F score");
    const Operand all = WeightsOf(weights, prediction);
    const Operand predicted = Cast(IsPredicted(prediction), DType::kFloat32) * all;
    const int64_t classes = StateShape(prediction.shape())[1];
    return Pack({SumRows(predicted * truth, classes), SumRows(predicted, classes),
                 SumRows(truth * all, classes)});
  }

  Operand Result(const Operand& state) const override {
    const std::vector<Operand> counts = Unpack(state);
    const Operand precision = counts[0] / (counts[1] + kEpsilon);
    const Operand recall = counts[0] / (counts[2] + kEpsilon);
    const float square = beta_ * beta_;
    const Operand score =
        (1 + square) * precision * recall / (square * precision + recall + kEpsilon);
    if (average_ == "none") return score;
    if (average_ != "weighted") return LastMean(score);
    return LastSum(score * counts[2]) / (LastSum(counts[2]) + kEpsilon);
  }

 private:
  // By default the largest of each row, unless it is 0.
  Operand IsPredicted(const Operand& x) const {
    if (threshold_) {
      return Binary("Greater", x, NumberLike(x, static_cast<float>(*threshold_)));
    }
    const Operand largest = Reduce("Max", x, {x.shape().rank() - 1}, /*keep_dims=*/true);
    return Binary("LogicalAnd", Binary("GreaterEqual", x, largest),
                  Binary("Greater", Unary("Abs", x), NumberLike(x, 1e-9f)));
  }

  std::string average_;
  float beta_;
  std::optional<double> threshold_;
};

constexpr int64_t kMostClasses = 8192;

enum class Encoding : uint8_t {
  kOption,  // options say whether labels and predictions are class numbers; the default
  kOneHot,  // of labels; an option says it of predictions
  kBinary,  // predictions are compared with a threshold
};

// The state is a matrix of weights: by label and prediction.
class IntersectionOverUnion : public Metric {
 public:
  IntersectionOverUnion(LayerConfig& config, Encoding encoding, bool has_targets)
      : num_classes_(encoding == Encoding::kBinary ? 2 : config.Int("num_classes")) {
    if (num_classes_ < 1 || num_classes_ > kMostClasses) {
      config.Fail("num_classes", StrCat("a number from 1 to ", kMostClasses));
    }
    if (encoding == Encoding::kBinary) {
      threshold_ = config.Number("threshold", 0.5);
    } else {
      ignored_ = config.MaybeInt("ignore_class");
      axis_ = config.Int("axis", -1);
      is_sparse_truth_ = encoding == Encoding::kOption && config.Bool("sparse_y_true", true);
      is_sparse_prediction_ = config.Bool("sparse_y_pred", encoding == Encoding::kOption);
    }
    if (has_targets) ReadTargets(config, encoding);
  }

  Shape StateShape(const Shape& /*prediction*/) const override {
    return {num_classes_, num_classes_};
  }

  Operand Batch(Operand truth, Operand prediction, const Operand& weights) const override {
    if (threshold_) {
      prediction = Cast(prediction, DType::kFloat32);
      prediction = Binary("GreaterEqual", prediction,
                          NumberLike(prediction, static_cast<float>(*threshold_)));
    }
    const Operand label = Flat(truth, is_sparse_truth_);
    const Operand predicted = Flat(prediction, is_sparse_prediction_);
    if (label.shape() != predicted.shape()) {
      Throw(Code::kShape, "the metric: the labels are ", truth.shape(), ", but the predictions ",
            prediction.shape());
    }
    Builder& builder = label.builder();
    const Operand ones = Unary("OnesLike", Cast(label, DType::kFloat32));
    Operand all = ones;
    if (!weights.empty()) {
      const Operand flat = weights.shape().rank() == 0 ? weights : Reshape(weights, {-1});
      all = ones * FitWeights(flat, ones);
    }
    const auto place = [&](float size) {
      return Binary("AddV2", Binary("Mul", label, NumberLike(label, size)), predicted);
    };
    // Those that are no class make the result NaN, and a negative place is skipped.
    const Operand is_class = Binary("LogicalAnd", IsClass(label), IsClass(predicted));
    all = Select(is_class, all, NumberLike(all, std::numeric_limits<float>::quiet_NaN()));
    const auto size = static_cast<float>(num_classes_);
    Operand id = Select(is_class, place(size), NumberLike(label, 0));
    if (ignored_) {
      const Operand counts = Binary("NotEqual", label, NumberLike(label, float(*ignored_)));
      id = Select(counts, id, NumberLike(id, -1));
    }
    const Operand total = builder.Const(Tensor::Scalar(static_cast<int32_t>(size * size)));
    return Reshape(builder.Emit("UnsortedSegmentSum", {all, id, total}),
                   {num_classes_, num_classes_});
  }

  Operand Result(const Operand& state) const override {
    Builder& builder = state.builder();
    const Operand zero = builder.Const(Tensor::Scalar<int32_t>(0));
    Operand common = Sum(builder.Emit("MatrixBandPart", {state, zero, zero}), {0},
                         /*keep_dims=*/false);
    Operand all = Sum(state, {0}, /*keep_dims=*/false) + Sum(state, {1}, /*keep_dims=*/false);
    all = all - common;
    if (!targets_.empty()) {
      const Operand targets = builder.Ints(targets_);
      common = Gather(common, targets, 0);
      all = Gather(all, targets, 0);
    }
    const Operand occurs = Binary("NotEqual", all, NumberLike(all, 0));
    return Binary("DivNoNan", SumAll(Binary("DivNoNan", common, all)),
                  SumAll(Cast(occurs, DType::kFloat32)));
  }

 private:
  void ReadTargets(LayerConfig& config, Encoding encoding) {
    const auto targets = config.MaybeInts("target_class_ids");
    targets_ = targets.value_or(std::vector<int64_t>());
    const bool fit = std::all_of(targets_.begin(), targets_.end(), [&](int64_t target) {
      return target >= 0 && target < num_classes_;
    });
    if (!fit || (!targets && encoding != Encoding::kBinary)) {
      config.Fail("target_class_ids", StrCat("numbers from 0 to ", num_classes_ - 1));
    }
  }

  // Class numbers in one row.
  Operand Flat(const Operand& x, bool is_sparse) const {
    const Operand axis = x.builder().Const(Tensor::Scalar(static_cast<int32_t>(axis_)));
    const Operand numbers = is_sparse ? x : Binary("ArgMax", Cast(x, DType::kFloat32), axis);
    return Cast(Reshape(numbers, {-1}), DType::kInt32);
  }

  Operand IsClass(const Operand& x) const {
    return Binary("LogicalAnd", Binary("GreaterEqual", x, NumberLike(x, 0)),
                  Binary("Less", x, NumberLike(x, static_cast<float>(num_classes_))));
  }

  int64_t num_classes_;
  std::vector<int64_t> targets_;  // empty: all
  std::optional<int64_t> ignored_;
  std::optional<double> threshold_;
  int64_t axis_ = -1;
  bool is_sparse_truth_ = true;
  bool is_sparse_prediction_ = true;
};

template <Encoding kEncoding, bool kHasTargets>
constexpr auto* kMakeIoU = MetricOf<IntersectionOverUnion, kEncoding, kHasTargets>;

}  // namespace

TFWASM_METRIC kF1Score{"F1Score", "", MetricOf<FBetaScore, false>};
TFWASM_METRIC kFBetaScore{"FBetaScore", "fbeta_score", MetricOf<FBetaScore, true>};
TFWASM_METRIC kIoU{"IoU", "iou", kMakeIoU<Encoding::kOption, true>};
TFWASM_METRIC kBinaryIoU{"BinaryIoU", "binary_iou", kMakeIoU<Encoding::kBinary, true>};
TFWASM_METRIC kMeanIoU{"MeanIoU", "mean_iou", kMakeIoU<Encoding::kOption, false>};
TFWASM_METRIC kOneHotIoU{"OneHotIoU", "one_hot_iou", kMakeIoU<Encoding::kOneHot, true>};
TFWASM_METRIC kOneHotMeanIoU{"OneHotMeanIoU", "one_hot_mean_iou",
                             kMakeIoU<Encoding::kOneHot, false>};

}  // namespace tfwasm
