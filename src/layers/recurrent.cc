// SPDX-License-Identifier: Apache-2.0
#include "layers/recurrent.h"

#include "core/error.h"
#include "kernels/recurrent_activation.h"
#include "layers/emit.h"

namespace tfwasm {

namespace {

// The activation of a config as one of kernels/recurrent_activation.h; empty if it is none.
std::string FusedName(const LayerConfig& config, std::string_view key,
                      const LayerActivation& activation) {
  // Objects have parameters.
  if (config.Given(key).AsObject() != nullptr) return {};
  const bool is_old = config.generation() == Generation::kKeras2;
  std::string name(activation.name());
  if (is_old && name == "hard_sigmoid") name = "hard_sigmoid_keras2";
  return FindRecurrentActivation(name) == nullptr ? std::string() : name;
}

bool FlagIfGiven(LayerConfig& config, std::string_view key) {
  return config.Has(key) && config.Bool(key, false);
}

int64_t PositiveInt(LayerConfig& config, std::string_view key) {
  const int64_t value = config.Int(key);
  if (value < 1) config.Fail(key, "a positive integer");
  return value;
}

std::optional<int64_t> Seed(LayerConfig& config) {
  const bool is_key = config.generation() == Generation::kKeras3 || config.Has("seed");
  return is_key ? config.MaybeInt("seed") : std::nullopt;
}

// Files always have it; this is for configs that are written by hand.
std::string_view DefaultGateActivation(Generation generation) {
  return generation == Generation::kKeras3 ? "sigmoid" : "hard_sigmoid";
}

constexpr std::string_view kGateKey = "recurrent_activation";

}  // namespace

CellConfig::CellConfig(LayerConfig& config, std::string_view size_key, bool has_gates)
    : size_(PositiveInt(config, size_key)),
      activation_(config, "activation", "tanh"),
      activation_name_(FusedName(config, "activation", activation_)),
      use_bias_(config.Bool("use_bias", true)),
      kernel_(config, "kernel", "glorot_uniform"),
      recurrent_(config, "recurrent", "orthogonal"),
      bias_(config, "bias", "zeros"),
      dropout_(RateOf(config, "dropout", 0)),
      recurrent_dropout_(RateOf(config, "recurrent_dropout", 0)),
      noise_(Seed(config)) {
  // How Keras 2 and TensorFlow.js compute, with the same result.
  if (config.generation() == Generation::kKeras2) config.Int("implementation", 1);
  if (!has_gates) return;
  gate_activation_ = LayerActivation(config, kGateKey, DefaultGateActivation(config.generation()));
  gate_activation_name_ = FusedName(config, kGateKey, gate_activation_);
}

void CellConfig::AddWeights(BuildContext& context, const Shape& kernel,
                            const Shape& recurrent_kernel, const Shape& bias) const {
  context.AddWeight("kernel", kernel, kernel_);
  context.AddWeight("recurrent_kernel", recurrent_kernel, recurrent_);
  if (use_bias_) context.AddWeight("bias", bias, bias_);
}

bool CellConfig::SetActivations(AttrMap& attrs) const {
  const bool has_gates = gate_activation_.name() != "linear" || !gate_activation_name_.empty();
  if (activation_name_.empty() || (has_gates && gate_activation_name_.empty())) return false;
  attrs.Set("activation", activation_name_);
  if (has_gates) attrs.Set(std::string(kGateKey), gate_activation_name_);
  return true;
}

Operand CellConfig::DropInput(const CallContext& context, const Operand& x, bool has_steps) const {
  const std::vector<Operand> given = context.Tensors("dropout_mask");
  if (!given.empty()) return x * given[0];
  if (!context.training() || dropout_ == 0) return x;
  return DropoutOf(x, has_steps ? Slice(x, 1, 0, 1) : x, dropout_, noise_);
}

Operand CellConfig::RecurrentFactors(const CallContext& context, const Operand& h) const {
  const std::vector<Operand> given = context.Tensors("recurrent_dropout_mask");
  if (!given.empty()) return given[0];
  if (!context.training() || recurrent_dropout_ == 0) return {};
  return DropoutOf(Unary("OnesLike", h), h, recurrent_dropout_, noise_);
}

SequenceConfig::SequenceConfig(LayerConfig& config)
    : return_sequences_(config.Bool("return_sequences", false)),
      return_state_(config.Bool("return_state", false)),
      go_backwards_(config.Bool("go_backwards", false)),
      zero_output_for_mask_(FlagIfGiven(config, "zero_output_for_mask")),
      time_major_(FlagIfGiven(config, "time_major")) {
  // Of the caller, and without an effect.
  config.Bool("stateful", false);
  config.Bool("unroll", false);
}

Operand SequenceConfig::ToBatchFirst(const Operand& x) const {
  if (!time_major_) return x;
  std::vector<int> permutation = {1, 0};
  for (int axis = 2; axis < x.shape().rank(); ++axis) permutation.push_back(axis);
  return Transpose(x, permutation);
}

Operand SequenceConfig::Mask(const CallContext& context) const {
  const Operand mask = context.mask();
  if (mask.empty()) return mask;
  if (mask.shape().rank() != 2) {
    Throw(Code::kShape, "the mask must be [batch, time], got ", mask.shape());
  }
  return ToBatchFirst(Cast(mask, DType::kBool));
}

void SequenceConfig::Return(CallContext& context, const Operand& output,
                            const std::vector<Operand>& states) const {
  std::vector<Operand> outputs = {return_sequences_ ? ToBatchFirst(output) : output};
  if (context.Flag("return_state", return_state_)) {
    outputs.insert(outputs.end(), states.begin(), states.end());
  }
  context.set_outputs(std::move(outputs));
  if (return_sequences_ && !context.mask().empty()) context.set_mask(context.mask());
}

Operand SequenceConfig::OutputOf(const StepResults& results) const {
  return return_sequences_ ? Stack(results.outputs, 1) : results.outputs.back();
}

std::vector<TensorSpec> SequenceConfig::Outputs(const Shape& input, const Shape& output,
                                                int num_states) const {
  Shape first = output;
  if (return_sequences_) {
    const auto dims = output.dims();
    std::vector<int64_t> all = {input[0], input[1]};
    all.insert(all.end(), dims.begin() + 1, dims.end());
    first = Shape(std::span<const int64_t>(all));
  }
  std::vector<TensorSpec> specs = {{DType::kFloat32, first}};
  specs.resize(return_state_ ? static_cast<size_t>(num_states) + 1 : 1, {DType::kFloat32, output});
  return specs;
}

std::vector<Operand> GivenStates(const CallContext& context, int count) {
  std::vector<Operand> states = context.Tensors("initial_state");
  if (states.empty()) {
    const auto inputs = context.inputs().begin();
    states.assign(inputs + 1, inputs + context.num_own_inputs());
  }
  if (!states.empty() && static_cast<int>(states.size()) != count) {
    Throw(Code::kLayer, "expected ", count, " states, got ", states.size());
  }
  return states;
}

Operand Rows(const Operand& x, std::vector<int64_t> dims) {
  dims.insert(dims.begin(), x.shape().NumElements() == 0 ? 0 : -1);
  return x.builder().Emit("Reshape", {x, x.builder().Ints(dims)});
}

std::vector<Operand> Unstack(const Operand& x, int axis) {
  return x.builder().EmitAll("Unpack", {x}, {{"num", x.shape()[axis]}, {"axis", axis}});
}

Operand Stack(const std::vector<Operand>& parts, int axis) {
  return parts[0].builder().Emit("Pack", parts,
                                 {{"N", static_cast<int>(parts.size())}, {"axis", axis}});
}

std::vector<Operand> SplitLast(const Operand& x, int count) {
  Builder& builder = x.builder();
  const Operand axis = builder.Const(Tensor::Scalar<int32_t>(x.shape().rank() - 1));
  return builder.EmitAll("Split", {axis, x}, {{"num_split", count}});
}

std::vector<Operand> LstmStates(const CellConfig& cell, const Operand& z, const Operand& c) {
  const std::vector<Operand> gates = SplitLast(z, 4);
  const Operand kept = cell.ActivateGate(gates[1]) * c;
  const Operand next = kept + cell.ActivateGate(gates[0]) * cell.Activate(gates[2]);
  return {cell.ActivateGate(gates[3]) * cell.Activate(next), next};
}

void AddStep(const SequenceConfig& sequence, const Operand& mask, std::vector<Operand> news,
             StepResults& results) {
  Operand output = news[0];
  if (!mask.empty()) {
    const Operand flags =
        Rows(mask, std::vector<int64_t>(static_cast<size_t>(output.shape().rank()) - 1, 1));
    const bool has_before = !results.outputs.empty() && !sequence.zero_output_for_mask();
    output = Select(flags, output, has_before ? results.outputs.back() : ZerosLike(output));
    for (size_t i = 0; i < news.size(); ++i) news[i] = Select(flags, news[i], results.states[i]);
  }
  results.outputs.push_back(output);
  results.states = std::move(news);
}

}  // namespace tfwasm
