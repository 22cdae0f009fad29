// SPDX-License-Identifier: Apache-2.0
// Metrics that are means of values per sample. Formulas: Keras, keras/src/metrics.
#include "layers/axes.h"
#include "layers/emit.h"
#include "training/metrics.h"

namespace tfwasm {

namespace {

Operand AreEqual(const Operand& a, const Operand& b) {
  return Cast(Binary("Equal", a, b), DType::kFloat32);
}

Operand Accuracy(LossCall& call) { return AreEqual(call.truth, call.prediction); }

Operand BinaryAccuracy(LossCall& call) {
  const auto threshold = static_cast<float>(call.config.Number("threshold", 0.5));
  const Operand is_above =
      Binary("Greater", call.prediction, NumberLike(call.prediction, threshold));
  return LastMean(AreEqual(Cast(is_above, DType::kFloat32), Cast(call.truth, DType::kFloat32)));
}

// Labels as numbers of classes: those given, or the places of ones.
enum class Labels : uint8_t { kNumbers, kOneHot };

template <Labels kLabels>
Operand LabelsOf(LossCall& call) {
  return kLabels == Labels::kOneHot ? LastArgMax(call.truth)
                                    : ClassLabels(call.truth, call.prediction);
}

template <Labels kLabels>
Operand ClassAccuracy(LossCall& call) {
  return AreEqual(LabelsOf<kLabels>(call), LastArgMax(call.prediction));
}

// Whether fewer than k classes have a larger value.
template <Labels kLabels>
Operand TopKAccuracy(LossCall& call) {
  const auto k = static_cast<float>(call.config.Int("k", 5));
  const Operand value = AtLabels(LabelsOf<kLabels>(call), call.prediction);
  const Operand is_larger = Binary("Greater", call.prediction, ExpandDims(value, -1));
  const Operand rank = LastSum(Cast(is_larger, DType::kFloat32));
  return Cast(
      Binary("LogicalAnd", Binary("Less", rank, NumberLike(rank, k)), Unary("IsFinite", value)),
      DType::kFloat32);
}

// What the shapes say of labels: "binary", "sparse" or "categorical".
enum class LabelKind : uint8_t { kBinary, kSparse, kCategorical };

LabelKind KindOf(const LossCall& call) {
  const Shape& truth = call.truth.shape();
  const Shape& prediction = call.prediction.shape();
  const auto last = [](const Shape& shape) {
    return shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
  };
  if (last(prediction) == 1) return LabelKind::kBinary;
  const bool is_sparse = truth.rank() < prediction.rank() || last(truth) == 1;
  return is_sparse ? LabelKind::kSparse : LabelKind::kCategorical;
}

// A function for each kind.
template <auto kBinary, auto kSparse, auto kCategorical>
Operand ByShape(LossCall& call) {
  const LabelKind kind = KindOf(call);
  if (kind == LabelKind::kSparse) return kSparse(call);
  MatchShapes(call.truth, call.prediction, "the metric");
  return kind == LabelKind::kBinary ? kBinary(call) : kCategorical(call);
}

Operand Crossentropy(LossCall& call) {
  static constexpr const char* kNames[] = {"BinaryCrossentropy", "SparseCategoricalCrossentropy",
                                           "CategoricalCrossentropy"};
  const LabelKind kind = KindOf(call);
  if (kind != LabelKind::kSparse) MatchShapes(call.truth, call.prediction, "the metric");
  return FindLoss(kNames[static_cast<int>(kind)])->values(call);
}

Operand CosineSimilarity(LossCall& call) { return -FindLoss("CosineSimilarity")->values(call); }

Operand MeanRelativeError(LossCall& call) {
  const auto normalizer = call.config.MaybeNumbers("normalizer");
  const Operand error = Unary("Abs", call.prediction - call.truth);
  const Operand scale = normalizer ? Numbers(error.builder(), *normalizer) : call.truth;
  return Binary("DivNoNan", error, scale);
}

// Deviations from the mean along the option "axis".
struct Deviations {
  explicit Deviations(LossCall& call)
      : axes(NormalizeAxes(AxesOf(call.config, "axis", -1), call.prediction.shape().rank())),
        truth_mean(MeanOf(call.truth)),
        prediction_mean(MeanOf(call.prediction)),
        truth(call.truth - truth_mean),
        prediction(call.prediction - prediction_mean) {}

  Operand MeanOf(const Operand& x) const { return Mean(x, axes, /*keep_dims=*/true); }
  Operand Reduced(const Operand& x) const { return Mean(x, axes, /*keep_dims=*/false); }

  std::vector<int> axes;
  Operand truth_mean;
  Operand prediction_mean;
  Operand truth;
  Operand prediction;
};

Operand PearsonCorrelation(LossCall& call) {
  const Deviations by(call);
  const auto unit = [&](const Operand& x) {
    return x / (Unary("Sqrt", by.MeanOf(x * x)) + kEpsilon);
  };
  return by.Reduced(unit(by.truth) * unit(by.prediction));
}

Operand ConcordanceCorrelation(LossCall& call) {
  const Deviations by(call);
  const Operand distance = by.truth_mean - by.prediction_mean;
  const Operand norm = by.MeanOf(by.truth * by.truth) + by.MeanOf(by.prediction * by.prediction) +
                       distance * distance + kEpsilon;
  return by.Reduced(2.0f * by.truth * by.prediction / norm);
}

}  // namespace

TFWASM_MEAN_METRIC kAccuracy{"Accuracy", "", Accuracy};
TFWASM_MEAN_METRIC kBinaryAccuracy{"BinaryAccuracy", "", BinaryAccuracy};
TFWASM_MEAN_METRIC kCategoricalAccuracy{"CategoricalAccuracy", "", ClassAccuracy<Labels::kOneHot>};
TFWASM_MEAN_METRIC kSparseCategoricalAccuracy{"SparseCategoricalAccuracy", "",
                                              ClassAccuracy<Labels::kNumbers>, true};
TFWASM_MEAN_METRIC kTopKCategoricalAccuracy{"TopKCategoricalAccuracy", "",
                                            TopKAccuracy<Labels::kOneHot>};
TFWASM_MEAN_METRIC kSparseTopKCategoricalAccuracy{"SparseTopKCategoricalAccuracy", "",
                                                  TopKAccuracy<Labels::kNumbers>, true};
// What the names "accuracy" and "crossentropy" mean in compile().
TFWASM_MEAN_METRIC kAccuracyByShape{
    "AccuracyByShape", "",
    ByShape<BinaryAccuracy, ClassAccuracy<Labels::kNumbers>, ClassAccuracy<Labels::kOneHot>>, true};
TFWASM_MEAN_METRIC kCrossentropyByShape{"CrossentropyByShape", "", Crossentropy, true};
// The loss has the opposite sign.
TFWASM_MEAN_METRIC kCosineSimilarityMetric{"CosineSimilarity", "", CosineSimilarity};
TFWASM_MEAN_METRIC kMeanRelativeError{"MeanRelativeError", "", MeanRelativeError};
TFWASM_MEAN_METRIC kPearsonCorrelation{"PearsonCorrelation", "", PearsonCorrelation};
TFWASM_MEAN_METRIC kConcordanceCorrelation{"ConcordanceCorrelation", "", ConcordanceCorrelation};

}  // namespace tfwasm
