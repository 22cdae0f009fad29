// SPDX-License-Identifier: Apache-2.0
// Losses that compare numbers. Formulas: Keras, keras/src/losses/losses.py.
#include <numbers>

#include "layers/axes.h"
#include "layers/emit.h"
#include "training/losses.h"

namespace tfwasm {

namespace {

Operand Error(const LossCall& call) { return call.prediction - call.truth; }

Operand AtLeast(const Operand& x, float least) {
  return Binary("Maximum", x, NumberLike(x, least));
}

Operand MeanSquared(LossCall& call) {
  return LastMean(Binary("SquaredDifference", call.prediction, call.truth));
}

Operand MeanAbsolute(LossCall& call) { return LastMean(Unary("Abs", Error(call))); }

Operand MeanAbsolutePercentage(LossCall& call) {
  const Operand scale = AtLeast(Unary("Abs", call.truth), kEpsilon);
  return 100.0f * LastMean(Unary("Abs", Error(call) / scale));
}

Operand MeanSquaredLogarithmic(LossCall& call) {
  const auto log = [](const Operand& x) { return Unary("Log", AtLeast(x, kEpsilon) + 1.0f); };
  return LastMean(Binary("SquaredDifference", log(call.prediction), log(call.truth)));
}

Operand Huber(LossCall& call) {
  const auto delta = static_cast<float>(call.config.Number("delta", 1));
  const Operand error = Unary("Abs", Error(call));
  // Squares up to delta, then a line.
  const Operand square = Binary("Minimum", error, NumberLike(error, delta));
  return LastMean(0.5f * (square * square) + delta * (error - square));
}

Operand LogCosh(LossCall& call) {
  const Operand error = Error(call);
  return LastMean(error + Unary("Softplus", -2.0f * error) - std::numbers::ln2_v<float>);
}

// 1 - truth * prediction, at least 0. Labels of 0 and 1 count as -1 and 1, if all are of these.
Operand HingeOf(const LossCall& call) {
  const Operand& truth = call.truth;
  const Operand zero_or_one = Binary("Equal", truth * truth, truth);
  const Operand is_binary =
      Reduce("All", zero_or_one, OtherAxes({}, truth.shape().rank()), /*keep_dims=*/false);
  return AtLeast(1.0f - Select(is_binary, 2.0f * truth - 1.0f, truth) * call.prediction, 0);
}

Operand Hinge(LossCall& call) { return LastMean(HingeOf(call)); }
Operand SquaredHinge(LossCall& call) { return LastMean(Unary("Square", HingeOf(call))); }

Operand CategoricalHinge(LossCall& call) {
  const Operand positive = LastSum(call.truth * call.prediction);
  const Operand others = (1.0f - call.truth) * call.prediction;
  const Operand negative = Reduce("Max", others, {others.shape().rank() - 1}, /*keep_dims=*/false);
  return AtLeast(negative - positive + 1.0f, 0);
}

Operand Poisson(LossCall& call) {
  return LastMean(call.prediction - call.truth * Unary("Log", call.prediction + kEpsilon));
}

Operand KlDivergence(LossCall& call) {
  const Operand truth = Clip(call.truth, kEpsilon, 1);
  return LastSum(truth * Unary("Log", truth / Clip(call.prediction, kEpsilon, 1)));
}

Operand CosineSimilarity(LossCall& call) {
  const std::vector<int> axes =
      NormalizeAxes(AxesOf(call.config, "axis", -1), call.prediction.shape().rank());
  const auto unit = [&](const Operand& x) {
    return Normalized(x, axes, LeastSquareSum(Generation::kKeras2));
  };
  return -Sum(unit(call.truth) * unit(call.prediction), axes, /*keep_dims=*/false);
}

}  // namespace

TFWASM_LOSS kMeanSquaredError{"MeanSquaredError", "mse,MSE", MeanSquared};
TFWASM_LOSS kMeanAbsoluteError{"MeanAbsoluteError", "mae,MAE", MeanAbsolute};
TFWASM_LOSS kMeanAbsolutePercentageError{"MeanAbsolutePercentageError", "mape,MAPE",
                                         MeanAbsolutePercentage};
TFWASM_LOSS kMeanSquaredLogarithmicError{"MeanSquaredLogarithmicError", "msle,MSLE",
                                         MeanSquaredLogarithmic};
TFWASM_LOSS kHuber{"Huber", "huber_loss", Huber};
TFWASM_LOSS kLogCosh{"LogCosh", "logcosh,log_cosh_error", LogCosh};
TFWASM_LOSS kHinge{"Hinge", "", Hinge};
TFWASM_LOSS kSquaredHinge{"SquaredHinge", "", SquaredHinge};
TFWASM_LOSS kCategoricalHinge{"CategoricalHinge", "", CategoricalHinge};
TFWASM_LOSS kPoisson{"Poisson", "", Poisson};
TFWASM_LOSS kKlDivergence{"KLDivergence", "kl_divergence,kld,KLD,kullback_leibler_divergence",
                          KlDivergence};
TFWASM_LOSS kCosineSimilarity{"CosineSimilarity", "cosine_proximity,cosine", CosineSimilarity};

}  // namespace tfwasm
