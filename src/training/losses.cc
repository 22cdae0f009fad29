// SPDX-License-Identifier: Apache-2.0
// Reductions: Keras, keras/src/losses/loss.py.
#include "training/losses.h"

#include <limits>

#include "core/training_registry.h"
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(losses, LossDef, AllLosses)

std::vector<std::string_view> RegisteredLosses() { return NamesOf(AllLosses()); }
const LossDef* FindLoss(std::string_view name) { return FindNamed(AllLosses(), name); }

namespace {

// Without the last axis, which has size 1.
Operand SqueezeLast(const Operand& x) {
  const std::vector<int64_t> last{x.shape().rank() - 1};
  return x.builder().Emit("Squeeze", {x}, {{"squeeze_dims", last}});
}

bool EndsWithOne(const Shape& shape) { return shape.rank() > 0 && shape[shape.rank() - 1] == 1; }

void MatchLower(Operand& higher, Operand& lower) {
  if (!EndsWithOne(higher.shape())) return;
  if (lower.shape().rank() == 1) {
    lower = ExpandDims(lower, -1);
  } else {
    higher = SqueezeLast(higher);
  }
}

}  // namespace

void MatchRanks(Operand& truth, Operand& prediction) {
  const int difference = truth.shape().rank() - prediction.shape().rank();
  if (difference == 1) MatchLower(truth, prediction);
  if (difference == -1) MatchLower(prediction, truth);
}

void RefuseUnknownKeys(LayerConfig& config, std::string_view owner) {
  config.Ignore("name,dtype,reduction,fn,weighted");
  const std::vector<std::string> unknown = config.UnknownKeys();
  if (!unknown.empty()) Throw(Code::kLayer, owner, " has no option '", unknown.front(), "'");
}

LossValues ValuesOfLoss(const LossDef& def, LayerConfig& config, Operand truth,
                        Operand prediction) {
  prediction = Cast(prediction, DType::kFloat32);
  MatchRanks(truth, prediction);
  if (!def.has_own_labels) {
    truth = Cast(truth, DType::kFloat32);
    if (truth.shape() != prediction.shape()) {
      Throw(Code::kShape, def.name, ": the labels are ", truth.shape(), ", but the predictions ",
            prediction.shape());
    }
    if (prediction.shape().rank() == 0) {
      Throw(Code::kShape, def.name, ": expected predictions with dimensions, got a scalar");
    }
  }
  LossCall call{.config = config, .truth = truth, .prediction = prediction};
  const Operand values = def.values(call);
  RefuseUnknownKeys(config, def.name);
  return {.values = values, .mask = call.mask};
}

LossValues ValuesOfLoss(const Json& loss, Operand truth, Operand prediction) {
  const NamedConfig named(loss, "loss");
  LayerConfig config(*named.config, Generation::kKeras3);
  return ValuesOfLoss(RequireNamed(AllLosses(), named.name, "loss"), config, std::move(truth),
                      std::move(prediction));
}

Operand FitWeights(Operand weights, const Operand& values) {
  weights = Cast(weights, DType::kFloat32);
  const Shape& shape = values.shape();
  const int rank = shape.rank();
  if (rank == 0) return weights;
  const Shape given = weights.shape();
  if (given.rank() == rank + 1 && EndsWithOne(given)) weights = SqueezeLast(weights);
  if (given.rank() != 0) {
    while (weights.shape().rank() < rank) weights = ExpandDims(weights, -1);
  }
  bool fits = weights.shape().rank() <= rank;
  for (int axis = 0; fits && axis < weights.shape().rank(); ++axis) {
    fits = weights.shape()[axis] == 1 || weights.shape()[axis] == shape[axis];
  }
  if (!fits) {
    Throw(Code::kShape, "weights or a mask of ", given, " do not fit to values of ", shape);
  }
  return weights;
}

Operand ReduceLoss(std::string_view reduction, const Operand& values, Operand weights,
                   const Operand& mask) {
  const bool is_mean =
      reduction == "sum_over_batch_size" || reduction == "mean" || reduction == "auto";
  const bool is_weighted_mean = reduction == "mean_with_sample_weight";
  if (!is_mean && !is_weighted_mean && reduction != "sum" && reduction != "none") {
    Throw(Code::kLayer, "unknown reduction '", reduction,
          "': expected sum_over_batch_size, mean, sum, mean_with_sample_weight or none");
  }
  Operand weighted = values;
  if (!mask.empty()) weighted = weighted * FitWeights(mask, values);
  if (!weights.empty()) weighted = weighted * FitWeights(weights, values);
  if (reduction == "none" || weighted.shape().rank() == 0) return weighted;
  if (is_weighted_mean && !(weights.empty() && mask.empty())) {
    Operand all = weights.empty() ? Cast(mask, DType::kFloat32) : FitWeights(weights, values);
    if (!weights.empty() && !mask.empty()) all = all * FitWeights(mask, values);
    return Binary("DivNoNan", SumAll(weighted), SumAll(all));
  }
  if (reduction == "sum") return SumAll(weighted);
  const std::vector<int> all_axes = OtherAxes({}, weighted.shape().rank());
  if (mask.empty()) return Mean(weighted, all_axes, /*keep_dims=*/false);
  // How many values each element of the mask is for. The batch cancels out.
  const double count = static_cast<double>(weighted.shape().NumElements()) /
                       static_cast<double>(mask.shape().NumElements());
  const Operand valid = SumAll(Cast(mask, DType::kFloat32));
  return SumAll(weighted) / ((valid + kEpsilon) * static_cast<float>(count));
}

Operand LastMean(const Operand& x) { return Mean(x, {x.shape().rank() - 1}, /*keep_dims=*/false); }
Operand LastSum(const Operand& x) { return Sum(x, {x.shape().rank() - 1}, /*keep_dims=*/false); }

Operand LogSumExp(const Operand& x, int axis) {
  // The largest one only prevents an overflow.
  const Operand largest = Unary("StopGradient", Reduce("Max", x, {axis}, /*keep_dims=*/true));
  const Operand sum = Sum(Unary("Exp", x - largest), {axis}, /*keep_dims=*/true);
  const std::vector<int64_t> axes{axis};
  return x.builder().Emit("Squeeze", {Unary("Log", sum) + largest}, {{"squeeze_dims", axes}});
}

Operand Numbers(Builder& builder, const std::vector<double>& numbers) {
  Tensor tensor(DType::kFloat32, {static_cast<int64_t>(numbers.size())});
  const auto values = tensor.mutable_values<float>();
  for (size_t i = 0; i < numbers.size(); ++i) values[i] = static_cast<float>(numbers[i]);
  return builder.Const(std::move(tensor));
}

Operand OneHot(const Operand& indices, int64_t depth) {
  Builder& builder = indices.builder();
  return builder.Emit("OneHot",
                      {indices, builder.Const(Tensor::Scalar(static_cast<int32_t>(depth))),
                       builder.Const(Tensor::Scalar(1.0f)), builder.Const(Tensor::Scalar(0.0f))});
}

Operand LastArgMax(const Operand& x) {
  return Binary("ArgMax", x, x.builder().Const(Tensor::Scalar<int32_t>(-1)));
}

Operand ClassLabels(Operand truth, const Operand& prediction) {
  const Shape& shape = prediction.shape();
  const int rank = shape.rank();
  if (truth.shape().rank() == rank && EndsWithOne(truth.shape())) truth = SqueezeLast(truth);
  bool fits = truth.shape().rank() == rank - 1;
  for (int axis = 0; fits && axis < rank - 1; ++axis) fits = truth.shape()[axis] == shape[axis];
  if (!fits) {
    Throw(Code::kShape, "predictions of ", shape, " need one class number per row, but the labels ",
          "are ", truth.shape());
  }
  return Cast(truth, DType::kInt32);
}

Operand AtLabels(const Operand& labels, const Operand& rows) {
  const int64_t count = rows.shape()[rows.shape().rank() - 1];
  const Operand hot = Cast(OneHot(labels, count), DType::kBool);
  const Operand value = LastSum(Select(hot, rows, NumberLike(rows, 0)));
  const Operand is_class =
      Binary("LogicalAnd", Binary("GreaterEqual", labels, NumberLike(labels, 0)),
             Binary("Less", labels, NumberLike(labels, static_cast<float>(count))));
  return Select(is_class, value, NumberLike(rows, std::numeric_limits<float>::quiet_NaN()));
}

}  // namespace tfwasm
