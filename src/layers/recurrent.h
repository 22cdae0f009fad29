// SPDX-License-Identifier: Apache-2.0
// What recurrent layers and cells share.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "layers/activations.h"
#include "layers/layer.h"
#include "layers/noise.h"

namespace tfwasm {

// The part of the config that layers and cells have in common.
class CellConfig {
 public:
  // The gates of simple cells have no activation of their own.
  CellConfig(LayerConfig& config, std::string_view size_key, bool has_gates);

  // The number of units or filters.
  int64_t size() const { return size_; }
  bool use_bias() const { return use_bias_; }
  void AddWeights(BuildContext& context, const Shape& kernel, const Shape& recurrent_kernel,
                  const Shape& bias) const;

  Operand Activate(const Operand& x) const { return activation_(x); }
  Operand ActivateGate(const Operand& x) const { return gate_activation_(x); }
  // The activations as attributes of ops/recurrent.h. false: it has others.
  bool SetActivations(AttrMap& attrs) const;

  // x, or in training x with some features dropped, the same at all `steps`.
  Operand DropInput(const CallContext& context, const Operand& x, bool has_steps) const;
  // The factors of h in training; empty if nothing is dropped.
  Operand RecurrentFactors(const CallContext& context, const Operand& h) const;

 private:
  int64_t size_;
  LayerActivation activation_;
  LayerActivation gate_activation_;
  std::string activation_name_;  // of kernels/recurrent_activation.h; empty for none
  std::string gate_activation_name_;
  bool use_bias_;
  WeightOptions kernel_;
  WeightOptions recurrent_;
  WeightOptions bias_;
  double dropout_;
  double recurrent_dropout_;
  NoiseSource noise_;
};

// The outputs of all steps, in the order of processing, and the last states.
struct StepResults {
  std::vector<Operand> outputs;
  std::vector<Operand> states;
};

// What happens to the steps of a sequence.
class SequenceConfig {
 public:
  explicit SequenceConfig(LayerConfig& config);

  bool go_backwards() const { return go_backwards_; }
  bool zero_output_for_mask() const { return zero_output_for_mask_; }

  // [N, T, ...] from the layout of the layer, and back.
  Operand ToBatchFirst(const Operand& x) const;
  // As bool [N, T]; empty for none.
  Operand Mask(const CallContext& context) const;
  bool returns_sequence() const { return return_sequences_; }
  int batch_axis() const { return time_major_ ? 1 : 0; }
  // The last output, or all if the layer returns them.
  Operand OutputOf(const StepResults& results) const;
  // `output`: [N, T, ...] if the layer returns all of them.
  void Return(CallContext& context, const Operand& output,
              const std::vector<Operand>& states) const;
  // For the shapes of the input and of a step's output.
  std::vector<TensorSpec> Outputs(const Shape& input, const Shape& output, int num_states) const;

 private:
  bool return_sequences_;
  bool return_state_;
  bool go_backwards_;
  bool zero_output_for_mask_ = false;
  bool time_major_ = false;
};

// Those that follow the input, or are the argument `initial_state`; none if none are given. Throws
// E_LAYER unless there are `count`.
std::vector<Operand> GivenStates(const CallContext& context, int count);

// x in the shape [-1, ...dims].
Operand Rows(const Operand& x, std::vector<int64_t> dims);
// The slices along an axis, without it.
std::vector<Operand> Unstack(const Operand& x, int axis);
Operand Stack(const std::vector<Operand>& parts, int axis);
// Equal parts along the last axis.
std::vector<Operand> SplitLast(const Operand& x, int count);

// The new h and c. `z`: the gates i, f, c and o along the last axis, before activation. Hochreiter
// and Schmidhuber, "Long short-term memory", 1997; Gers et al., "Learning to forget", 2000.
std::vector<Operand> LstmStates(const CellConfig& cell, const Operand& z, const Operand& c);

// `news`, or what was before where the mask [N] is false.
void AddStep(const SequenceConfig& sequence, const Operand& mask, std::vector<Operand> news,
             StepResults& results);

// Unrolls z [N, T, ...]: step(z, states) returns the new states. The first is the output. `mask`
// may be empty.
template <typename F>
StepResults RunSteps(const SequenceConfig& sequence, const Operand& z, const Operand& mask,
                     std::vector<Operand> states, const F& step) {
  std::vector<Operand> steps = Unstack(z, 1);
  std::vector<Operand> masks(steps.size());
  if (!mask.empty()) masks = Unstack(mask, 1);
  if (sequence.go_backwards()) {
    std::reverse(steps.begin(), steps.end());
    std::reverse(masks.begin(), masks.end());
  }
  StepResults results{.outputs = {}, .states = std::move(states)};
  for (size_t i = 0; i < steps.size(); ++i) {
    AddStep(sequence, masks[i], step(steps[i], results.states), results);
  }
  return results;
}

}  // namespace tfwasm
