// SPDX-License-Identifier: Apache-2.0
// Losses of overlaps, embeddings and sequences. Formulas: Keras, keras/src/losses/losses.py.
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/layer.h"
#include "training/losses.h"

namespace tfwasm {

namespace {

// Sums along the option "axis", all axes by default.
class Sums {
 public:
  explicit Sums(LossCall& call) : call_(call) {
    const int rank = call.prediction.shape().rank();
    const auto axes = call.config.MaybeInts("axis");
    axes_ = axes ? NormalizeAxes(*axes, rank) : OtherAxes({}, rank);
  }
  Operand Of(const Operand& x) const { return Sum(x, axes_, /*keep_dims=*/false); }
  Operand Intersection() const { return Of(call_.truth * call_.prediction); }

 private:
  const LossCall& call_;
  std::vector<int> axes_;
};

Operand Dice(LossCall& call) {
  const Sums sums(call);
  const Operand total = sums.Of(call.truth) + sums.Of(call.prediction);
  return 1.0f - 2.0f * sums.Intersection() / (total + kEpsilon);
}

// alpha weights what the prediction misses, beta what it adds: so does Keras, although its
// documentation has it the other way round.
Operand Tversky(LossCall& call) {
  const auto alpha = static_cast<float>(call.config.Number("alpha", 0.5));
  const auto beta = static_cast<float>(call.config.Number("beta", 0.5));
  const Sums sums(call);
  const Operand common = sums.Intersection();
  const Operand missed = sums.Of((1.0f - call.prediction) * call.truth);
  const Operand added = sums.Of(call.prediction * (1.0f - call.truth));
  return 1.0f - common / (common + alpha * missed + beta * added + kEpsilon);
}

// The logarithm of almost nothing: exp() of it is 0, but its gradient is not NaN.
constexpr float kNever = -1e9f;

Operand WhereElseNever(const Operand& condition, const Operand& x) {
  return Select(condition, x, NumberLike(x, kNever));
}

// Embeddings of a class should be near each other, and far from others.
Operand Circle(LossCall& call) {
  const auto gamma = static_cast<float>(call.config.Number("gamma", 80));
  const auto margin = static_cast<float>(call.config.Number("margin", 0.4));
  const bool remove_diagonal = call.config.Bool("remove_diagonal", true);
  const Operand& embeddings = call.prediction;
  if (embeddings.shape().rank() != 2) {
    Throw(Code::kShape, "Circle: expected embeddings of [batch, size], got ", embeddings.shape());
  }
  Builder& builder = embeddings.builder();
  const auto at_least_0 = [](const Operand& x) { return Binary("Maximum", x, NumberLike(x, 0)); };
  const Operand labels = ClassLabels(call.truth, embeddings);
  const Operand is_same = Binary("Equal", ExpandDims(labels, 1), ExpandDims(labels, 0));
  Operand is_positive = is_same;
  const Operand cosines = builder.Emit("MatMul", {embeddings, embeddings}, {{"transpose_b", true}});
  if (remove_diagonal) {
    const Operand zero = builder.Const(Tensor::Scalar<int32_t>(0));
    const Operand diagonal =
        builder.Emit("MatrixBandPart", {Unary("OnesLike", cosines), zero, zero});
    is_positive = Select(Cast(diagonal, DType::kBool), Unary("LogicalNot", is_same), is_same);
  }
  const Operand distance = at_least_0(1.0f - cosines);
  const Operand positive = -gamma * at_least_0(margin + distance) * (margin - distance);
  const Operand negative = gamma * at_least_0(1 + margin - distance) * (1 - margin - distance);
  const Operand loss =
      Unary("Softplus", LogSumExp(WhereElseNever(is_positive, positive), 1) +
                            LogSumExp(WhereElseNever(Unary("LogicalNot", is_same), negative), 1));
  // Samples without a partner have none.
  call.mask = Binary("Greater", loss, NumberLike(loss, 0));
  return loss;
}

// x[i - distance] along axis 1, and `filler` before the first one.
Operand Shift(const Operand& x, int64_t distance, float filler) {
  Builder& builder = x.builder();
  Tensor paddings(DType::kInt32, {2, 2});
  for (int32_t& size : paddings.mutable_values<int32_t>()) size = 0;
  paddings.mutable_values<int32_t>()[2] = static_cast<int32_t>(distance);
  const Operand padded =
      builder.Emit("PadV2", {x, builder.Const(std::move(paddings)), NumberLike(x, filler)});
  return Slice(padded, 1, 0, x.shape()[1]);
}

// The labels with blanks, of which 0 is the number, between and around them: [batch, 2 n + 1].
Operand WithBlanks(const Operand& labels) {
  Builder& builder = labels.builder();
  const Operand blanks = Unary("ZerosLike", labels);
  const Operand pairs = builder.Emit("Pack", {blanks, labels}, {{"N", 2}, {"axis", 2}});
  const int64_t count = labels.shape()[1];
  return Concat({BatchReshape(pairs, {2 * count}), Slice(blanks, 1, 0, 1)}, 1);
}

void CheckSequences(const Shape& labels, const Shape& logits) {
  const bool fits = labels.rank() == 2 && logits.rank() == 3 && labels[0] == logits[0] &&
                    labels[1] > 0 && logits[1] > 0;
  if (fits) return;
  Throw(Code::kShape, "CTC: expected labels of [batch, labels] and logits of ",
        "[batch, steps, classes], got ", labels, " and ", logits);
}

// The probability that some way through the states, the labels with blanks, emits the labels.
Operand Ctc(LossCall& call) {
  const Shape logits_shape = call.prediction.shape();
  CheckSequences(call.truth.shape(), logits_shape);
  Builder& builder = call.prediction.builder();
  const Operand labels = Cast(call.truth, DType::kInt32);
  const Operand states = WithBlanks(labels);
  const int64_t num_states = states.shape()[1];
  const Operand emitted = OneHot(states, logits_shape[2]);
  const Operand log = builder.Emit("BatchMatMulV2", {Unary("LogSoftmax", call.prediction), emitted},
                                   {{"adj_y", true}});
  const std::vector<Operand> steps =
      builder.EmitAll("Unpack", {log}, {{"num", logits_shape[1]}, {"axis", 1}});

  std::vector<int64_t> numbers(static_cast<size_t>(num_states));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
  const Operand state = builder.Ints(numbers);
  // A blank between equal labels must not be skipped.
  const Operand may_skip = Binary("LogicalAnd", Binary("NotEqual", states, NumberLike(states, 0)),
                                  Binary("NotEqual", states, Shift(states, 2, 0)));
  Operand reached = WhereElseNever(Binary("Less", state, NumberLike(state, 2)), steps[0]);
  for (size_t t = 1; t < steps.size(); ++t) {
    const Operand skipped = WhereElseNever(may_skip, Shift(reached, 2, kNever));
    const Operand ways = builder.Emit("Pack", {reached, Shift(reached, 1, kNever), skipped},
                                      {{"N", 3}, {"axis", 2}});
    reached = LogSumExp(ways, 2) + steps[t];
  }
  // The last label, and the blank after it.
  const Operand is_label = Cast(Binary("NotEqual", labels, NumberLike(labels, 0)), DType::kInt32);
  const Operand length = Sum(is_label, {1}, /*keep_dims=*/true);
  const Operand to_end = length + length - state;
  const Operand is_end = Binary("LogicalOr", Binary("Equal", to_end, NumberLike(to_end, 0)),
                                Binary("Equal", to_end, NumberLike(to_end, 1)));
  return -LogSumExp(WhereElseNever(is_end, reached), 1);
}

}  // namespace

TFWASM_LOSS kDice{"Dice", "", Dice};
TFWASM_LOSS kTversky{"Tversky", "", Tversky};
TFWASM_LOSS kCircle{"Circle", "", Circle, true};
TFWASM_LOSS kCtc{"CTC", "ctc", Ctc, true};

}  // namespace tfwasm
