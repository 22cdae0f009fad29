// SPDX-License-Identifier: Apache-2.0
// Losses of probabilities of classes. Formulas: Keras, keras/src/losses/losses.py.
//
// Logarithms of probabilities are inexact near 0 and have no gradients beyond it, so crossentropies
// are computed from logits where there are any: if predictions are the result of a Softmax or a
// Sigmoid, then from its input, as Keras does on TensorFlow.
#include <utility>

#include "layers/axes.h"
#include "layers/emit.h"
#include "training/losses.h"

namespace tfwasm {

namespace {

float NumberOf(LossCall& call, std::string_view key, double fallback) {
  return static_cast<float>(call.config.Number(key, fallback));
}

Operand ClipProbability(const Operand& p) { return Clip(p, kEpsilon, 1 - kEpsilon); }

// The logits of the predictions; empty if these are probabilities that no `op` has computed.
Operand Logits(LossCall& call, std::string_view op) {
  if (call.config.Bool("from_logits", false)) return call.prediction;
  Builder& builder = call.prediction.builder();
  const Node& node = builder.node(call.prediction.edge());
  return node.op == op ? Operand(builder, node.inputs[0]) : Operand();
}

// The predictions as probabilities.
Operand Probabilities(LossCall& call, const char* op) {
  return call.config.Bool("from_logits", false) ? Unary(op, call.prediction) : call.prediction;
}

// Moves the option "axis" of labels and predictions to the end.
void MoveAxisToEnd(LossCall& call) {
  const int rank = call.prediction.shape().rank();
  const int axis = NormalizeAxis(call.config.Int("axis", -1), rank);
  if (axis == rank - 1) return;
  std::vector<int> permutation = OtherAxes({axis}, rank);
  permutation.push_back(axis);
  call.prediction = Transpose(call.prediction, permutation);
  if (call.truth.shape().rank() == rank) call.truth = Transpose(call.truth, permutation);
}

int64_t NumClasses(const LossCall& call) {
  const Shape& shape = call.prediction.shape();
  return shape[shape.rank() - 1];
}

// Moves labels towards the uniform distribution of `count` classes.
void SmoothLabels(LossCall& call, int64_t count) {
  const float smoothing = NumberOf(call, "label_smoothing", 0);
  if (!(smoothing >= 0 && smoothing <= 1)) {
    call.config.Fail("label_smoothing", "a number from 0 to 1");
  }
  if (smoothing == 0) return;
  call.truth = call.truth * (1 - smoothing) + smoothing / static_cast<float>(count);
}

Operand Normalize(const Operand& p) {
  return p / Sum(p, {p.shape().rank() - 1}, /*keep_dims=*/true);
}

Operand BinaryOf(const Operand& truth, const Operand& prediction) {
  const Operand p = ClipProbability(prediction);
  return -(truth * Unary("Log", p) + (1.0f - truth) * Unary("Log", 1.0f - p));
}

// Without overflow, exact for large logits, and with the gradient 1/2 at 0.
Operand BinaryOfLogits(const Operand& truth, const Operand& z) {
  const Operand is_positive = Binary("GreaterEqual", z, NumberLike(z, 0));
  const Operand relu = Select(is_positive, z, NumberLike(z, 0));
  return relu - z * truth + Unary("Softplus", Select(is_positive, -z, z));
}

Operand BinaryCrossentropy(LossCall& call) {
  MoveAxisToEnd(call);
  SmoothLabels(call, 2);
  const Operand logits = Logits(call, "Sigmoid");
  return LastMean(logits.empty() ? BinaryOf(call.truth, call.prediction)
                                 : BinaryOfLogits(call.truth, logits));
}

Operand BinaryFocalCrossentropy(LossCall& call) {
  MoveAxisToEnd(call);
  SmoothLabels(call, 2);
  const auto mix = [&](const Operand& if_one, const Operand& if_zero) {
    return call.truth * if_one + (1.0f - call.truth) * if_zero;
  };
  const Operand p = Probabilities(call, "Sigmoid");
  const Operand gamma = NumberLike(p, NumberOf(call, "gamma", 2));
  Operand loss = Binary("Pow", 1.0f - mix(p, 1.0f - p), gamma) * BinaryOf(call.truth, p);
  const float alpha = NumberOf(call, "alpha", 0.25);
  if (call.config.Bool("apply_class_balancing", false)) {
    loss = loss * mix(NumberLike(p, alpha), NumberLike(p, 1 - alpha));
  }
  return LastMean(loss);
}

Operand CategoricalCrossentropy(LossCall& call) {
  MoveAxisToEnd(call);
  SmoothLabels(call, NumClasses(call));
  const Operand logits = Logits(call, "Softmax");
  const Operand log = logits.empty() ? Unary("Log", ClipProbability(Normalize(call.prediction)))
                                     : Unary("LogSoftmax", logits);
  return -LastSum(call.truth * log);
}

// A factor, or one per class.
Operand Alpha(LossCall& call) {
  const auto alpha = call.config.MaybeNumbers("alpha").value_or(std::vector<double>{0.25});
  const auto count = static_cast<int64_t>(alpha.size());
  if (count != 1 && count != NumClasses(call)) {
    call.config.Fail("alpha", "a number, or one for each class");
  }
  return Numbers(call.prediction.builder(), alpha);
}

Operand CategoricalFocalCrossentropy(LossCall& call) {
  MoveAxisToEnd(call);
  SmoothLabels(call, NumClasses(call));
  const Operand p = ClipProbability(Normalize(Probabilities(call, "Softmax")));
  const Operand focus = Binary("Pow", 1.0f - p, NumberLike(p, NumberOf(call, "gamma", 2)));
  return -LastSum(Alpha(call) * focus * call.truth * Unary("Log", p));
}

Operand SparseCategoricalCrossentropy(LossCall& call) {
  MoveAxisToEnd(call);
  Operand labels = ClassLabels(call.truth, call.prediction);
  if (const auto ignored = call.config.MaybeInt("ignore_class")) {
    call.mask = Binary("NotEqual", labels, NumberLike(labels, static_cast<float>(*ignored)));
    labels = Select(call.mask, labels, NumberLike(labels, 0));
  }
  Operand logits = Logits(call, "Softmax");
  // Their softmax are the probabilities, divided by their sum.
  if (logits.empty()) logits = Unary("Log", ClipProbability(call.prediction));
  const Operand values = -AtLabels(labels, Unary("LogSoftmax", logits));
  return call.mask.empty() ? values : Select(call.mask, values, NumberLike(values, 0));
}

Operand CategoricalGeneralizedCrossEntropy(LossCall& call) {
  const float q = NumberOf(call, "q", 0.5);
  if (!(q > 0 && q < 1)) call.config.Fail("q", "a number between 0 and 1");
  const Operand p = AtLabels(ClassLabels(call.truth, call.prediction), call.prediction);
  return (1.0f - Binary("Pow", p, NumberLike(p, q))) / q;
}

}  // namespace

TFWASM_LOSS kBinaryCrossentropy{"BinaryCrossentropy", "bce,BCE", BinaryCrossentropy};
TFWASM_LOSS kBinaryFocalCrossentropy{"BinaryFocalCrossentropy", "", BinaryFocalCrossentropy};
TFWASM_LOSS kCategoricalCrossentropy{"CategoricalCrossentropy", "", CategoricalCrossentropy};
TFWASM_LOSS kCategoricalFocalCrossentropy{"CategoricalFocalCrossentropy", "",
                                          CategoricalFocalCrossentropy};
TFWASM_LOSS kSparseCategoricalCrossentropy{"SparseCategoricalCrossentropy", "",
                                           SparseCategoricalCrossentropy, true};
TFWASM_LOSS kCategoricalGeneralizedCrossEntropy{"CategoricalGeneralizedCrossEntropy", "",
                                                CategoricalGeneralizedCrossEntropy, true};

}  // namespace tfwasm
