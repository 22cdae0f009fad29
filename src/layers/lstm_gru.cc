// SPDX-License-Identifier: Apache-2.0
// SimpleRNN, LSTM and GRU, for sequences and as cells for one step. Formulas: Keras,
// keras/src/layers/rnn; Cho et al., "Learning phrase representations using RNN encoder-decoder",
// 2014 (GRU).
#include "kernels/recurrent.h"
#include "layers/emit.h"
#include "layers/recurrent.h"

namespace tfwasm {

namespace {

template <RecurrentCell kCell>
constexpr int kGates = kCell == RecurrentCell::kLstm  ? 4
                       : kCell == RecurrentCell::kGru ? 3
                                                      : 1;
template <RecurrentCell kCell>
constexpr int kStates = kCell == RecurrentCell::kLstm ? 2 : 1;

Operand MatMul(const Operand& x, const Operand& w) { return Binary("MatMul", x, w); }

// A cell of which all products are of matrices.
template <RecurrentCell kCell>
class DenseCell {
 public:
  explicit DenseCell(LayerConfig& config)
      : config_(config, "units", kCell != RecurrentCell::kSimple) {
    // Read by JavaScript, which applies initializers.
    if (kCell == RecurrentCell::kLstm) config.Bool("unit_forget_bias", true);
    if (kCell == RecurrentCell::kGru) {
      reset_after_ = config.Bool("reset_after", config.generation() == Generation::kKeras3);
    }
  }

  const CellConfig& config() const { return config_; }
  int64_t units() const { return config_.size(); }
  bool reset_after() const { return reset_after_; }
  bool has_recurrent_bias() const { return reset_after_ && config_.use_bias(); }

  void Build(BuildContext& context) const {
    const int64_t row = kGates<kCell> * units();
    config_.AddWeights(context, {context.dim(-1), row}, {units(), row},
                       reset_after_ ? Shape{2, row} : Shape{row});
  }

  // z = x W + b, for x [N, features].
  Operand Project(const CallContext& context, const Operand& x) const {
    const Operand z = MatMul(x, context.weight(0));
    return config_.use_bias() ? Binary("BiasAdd", z, Bias(context, 0)) : z;
  }

  // The bias of the input (0) or of the state (1).
  Operand Bias(const CallContext& context, int row) const {
    const Operand bias = context.weight(2);
    if (!reset_after_) return bias;
    return Reshape(Slice(bias, 0, row, 1), {bias.shape()[1]});
  }

  // The new states. `factors`: those of dropout, or empty.
  std::vector<Operand> Step(const CallContext& context, const Operand& z,
                            const std::vector<Operand>& states, const Operand& factors) const {
    const Operand h = states[0];
    const Operand dropped = factors.empty() ? h : h * factors;
    if constexpr (kCell == RecurrentCell::kGru) return GruStep(context, z, h, dropped);
    const Operand sum = z + MatMul(dropped, context.weight(1));
    if constexpr (kCell == RecurrentCell::kLstm) return LstmStates(config_, sum, states[1]);
    return {config_.Activate(sum)};
  }

 private:
  std::vector<Operand> GruStep(const CallContext& context, const Operand& z, const Operand& h,
                               const Operand& dropped) const {
    const std::vector<Operand> x = SplitLast(z, 3);
    const auto mix = [&](const Operand& update, const Operand& candidate) -> std::vector<Operand> {
      return {update * h + (1.0f - update) * candidate};
    };
    if (reset_after_) {
      Operand product = MatMul(dropped, context.weight(1));
      if (config_.use_bias()) product = Binary("BiasAdd", product, Bias(context, 1));
      const std::vector<Operand> r = SplitLast(product, 3);
      const Operand reset = config_.ActivateGate(x[1] + r[1]);
      return mix(config_.ActivateGate(x[0] + r[0]), config_.Activate(x[2] + reset * r[2]));
    }
    const std::vector<Operand> kernels = SplitLast(context.weight(1), 3);
    const Operand reset = config_.ActivateGate(x[1] + MatMul(dropped, kernels[1]));
    return mix(config_.ActivateGate(x[0] + MatMul(dropped, kernels[0])),
               config_.Activate(x[2] + MatMul(reset * dropped, kernels[2])));
  }

  CellConfig config_;
  bool reset_after_ = false;
};

void CheckStates(const std::vector<Operand>& states, const Shape& expected) {
  for (const Operand& state : states) {
    if (state.shape() == expected) continue;
    Throw(Code::kShape, "expected a state of ", expected, ", got ", state.shape());
  }
}

// [x, states...] -> [output, new states...].
template <RecurrentCell kCell>
class CellLayer : public Layer {
 public:
  explicit CellLayer(LayerConfig& config) : cell_(config) {}

  void Build(BuildContext& context) override { cell_.Build(context); }

  void Call(CallContext& context) override {
    const Operand x = context.input();
    if (x.shape().rank() != 2) Throw(Code::kShape, "expected [batch, features], got ", x.shape());
    const std::vector<Operand> states = GivenStates(context, kStates<kCell>);
    if (states.empty()) Throw(Code::kLayer, "a cell needs its states as inputs after the first");
    CheckStates(states, {x.shape()[0], cell_.units()});
    const Operand z =
        cell_.Project(context, cell_.config().DropInput(context, x, /*has_steps=*/false));
    const Operand factors = cell_.config().RecurrentFactors(context, states[0]);
    std::vector<Operand> outputs = cell_.Step(context, z, states, factors);
    outputs.insert(outputs.begin(), outputs[0]);
    context.set_outputs(std::move(outputs));
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    const TensorSpec state = {DType::kFloat32, {inputs[0].shape[0], cell_.units()}};
    return std::vector<TensorSpec>(1 + kStates<kCell>, state);
  }

 private:
  DenseCell<kCell> cell_;
};

template <RecurrentCell kCell>
class SequenceLayer : public Layer {
 public:
  explicit SequenceLayer(LayerConfig& config) : cell_(config), sequence_(config) {}

  void Build(BuildContext& context) override {
    CheckRank(context.shape());
    cell_.Build(context);
  }

  void Call(CallContext& context) override {
    CheckRank(context.input().shape());
    const Operand x =
        cell_.config().DropInput(context, sequence_.ToBatchFirst(context.input()), true);
    const int64_t steps = x.shape()[1];
    if (steps == 0) Throw(Code::kShape, "expected at least one step, got ", x.shape());
    // One product for all steps.
    const Operand z = Rows(cell_.Project(context, Rows(x, {x.shape()[2]})),
                           {steps, kGates<kCell> * cell_.units()});
    std::vector<Operand> states = GivenStates(context, kStates<kCell>);
    if (states.empty()) states.resize(kStates<kCell>, ZeroState(z));
    CheckStates(states, {x.shape()[0], cell_.units()});
    AttrMap attrs;
    if (cell_.config().SetActivations(attrs)) {
      RunFused(context, z, states, std::move(attrs));
    } else {
      RunUnrolled(context, z, states);
    }
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    const Shape& shape = inputs[0].shape;
    CheckRank(shape);
    return sequence_.Outputs(shape, {shape[sequence_.batch_axis()], cell_.units()}, kStates<kCell>);
  }

 private:
  static void CheckRank(const Shape& shape) {
    if (shape.rank() != 3) Throw(Code::kShape, "expected [batch, time, features], got ", shape);
  }

  // Zeros [N, units], without a constant that depends on N.
  Operand ZeroState(const Operand& z) const {
    return ZerosLike(Rows(Slice(Slice(z, 1, 0, 1), 2, 0, cell_.units()), {cell_.units()}));
  }

  void RunFused(CallContext& context, const Operand& z, const std::vector<Operand>& states,
                AttrMap attrs) const {
    std::vector<Operand> inputs = {z, context.weight(1)};
    inputs.insert(inputs.end(), states.begin(), states.end());
    const auto add = [&](const Operand& input, const char* attribute) {
      if (input.empty()) return;
      inputs.push_back(input);
      attrs.Set(attribute, true);
    };
    attrs.Set("go_backwards", sequence_.go_backwards());
    attrs.Set("zero_output_for_mask", sequence_.zero_output_for_mask());
    attrs.Set("keep_gates", context.training());
    if (kCell == RecurrentCell::kGru) attrs.Set("reset_after", cell_.reset_after());
    if (cell_.has_recurrent_bias()) add(cell_.Bias(context, 1), "has_recurrent_bias");
    const Operand mask = sequence_.Mask(context);
    add(mask, "has_mask");
    add(cell_.config().RecurrentFactors(context, states[0]), "has_dropout");
    constexpr std::string_view kOp = kCell == RecurrentCell::kLstm  ? "_LstmSequence"
                                     : kCell == RecurrentCell::kGru ? "_GruSequence"
                                                                    : "_SimpleRnnSequence";
    const std::vector<Operand> results = context.builder().EmitAll(kOp, inputs, std::move(attrs));
    const std::vector<Operand> last(results.begin() + 1, results.begin() + 1 + kStates<kCell>);
    // The last output is the last state, unless it is masked.
    const bool is_state = mask.empty() || !sequence_.zero_output_for_mask();
    Operand output = results[0];
    if (!sequence_.returns_sequence()) {
      const int64_t units = cell_.units();
      output = is_state ? last[0] : Rows(Slice(output, 1, z.shape()[1] - 1, 1), {units});
    }
    sequence_.Return(context, output, last);
  }

  void RunUnrolled(CallContext& context, const Operand& z,
                   const std::vector<Operand>& states) const {
    const Operand factors = cell_.config().RecurrentFactors(context, states[0]);
    const StepResults results = RunSteps(sequence_, z, sequence_.Mask(context), states,
                                         [&](const Operand& x, const std::vector<Operand>& old) {
                                           return cell_.Step(context, x, old, factors);
                                         });
    sequence_.Return(context, sequence_.OutputOf(results), results.states);
  }

  DenseCell<kCell> cell_;
  SequenceConfig sequence_;
};

template <RecurrentCell kCell>
constexpr LayerDef CellDef(std::string_view name) {
  // The states, and two masks of dropout.
  return {.name = name, .make = MakeLayer<CellLayer<kCell>>, .max_inputs = 3 + kStates<kCell>};
}

template <RecurrentCell kCell>
constexpr LayerDef SequenceDef(std::string_view name) {
  return {.name = name,
          .make = MakeLayer<SequenceLayer<kCell>>,
          .mask = MaskRule::kOwn,
          .max_inputs = 1 + kStates<kCell>};
}

}  // namespace

TFWASM_LAYER kLstm = SequenceDef<RecurrentCell::kLstm>("LSTM");
TFWASM_LAYER kGru = SequenceDef<RecurrentCell::kGru>("GRU");
TFWASM_LAYER kSimpleRnn = SequenceDef<RecurrentCell::kSimple>("SimpleRNN");
TFWASM_LAYER kLstmCell = CellDef<RecurrentCell::kLstm>("LSTMCell");
TFWASM_LAYER kGruCell = CellDef<RecurrentCell::kGru>("GRUCell");
TFWASM_LAYER kSimpleRnnCell = CellDef<RecurrentCell::kSimple>("SimpleRNNCell");

}  // namespace tfwasm
