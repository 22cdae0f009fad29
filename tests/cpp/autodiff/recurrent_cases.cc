// SPDX-License-Identifier: Apache-2.0
#include "autodiff/gradient_cases.h"
#include "ops/recurrent_reference.h"

namespace tfwasm {

namespace {

// All outputs of a layer, but for what is kept, in one vector.
GradientCase RowOf(const RecurrentCase& c, GradientCheck check = {}) {
  static uint32_t seed = 100;
  TestRandom random(++seed);
  std::vector<Tensor> inputs = c.Inputs(random);
  const auto apply = [c, inputs](const std::vector<Operand>& operands) {
    std::vector<Operand> arguments = operands;
    Builder& builder = operands[0].builder();
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!HasGradient(inputs[i])) arguments[i] = builder.Const(inputs[i]);
    }
    std::vector<Operand> parts = builder.EmitAll(c.op, arguments, AttrsOf(c.Attrs()));
    parts.resize(c.NumOutputs());
    for (Operand& part : parts) part = Reshape(part, {part.shape().NumElements()});
    parts.push_back(builder.Const(Tensor::Scalar(int32_t{0})));
    return builder.Emit("ConcatV2", parts);
  };
  return {c.op, apply, std::move(inputs), check};
}

void AddRows(const RecurrentCase& base, GradientCases& cases) {
  const auto add = [&](auto change) {
    RecurrentCase c = base;
    change(c);
    cases.push_back(RowOf(c));
  };
  add([](RecurrentCase&) {});
  add([](RecurrentCase& c) { c.go_backwards = true; });
  add([](RecurrentCase& c) { c.has_dropout = true; });
  add([](RecurrentCase& c) { c.has_mask = true; });
  add([](RecurrentCase& c) { c.has_mask = c.zero_output_for_mask = true; });
  for (const bool keep_gates : {false, true}) {
    for (const bool zero_output : {false, true}) {
      add([&](RecurrentCase& c) {
        c.batch = 5;
        c.steps = 6;
        c.has_mask = c.has_dropout = c.go_backwards = true;
        c.zero_output_for_mask = zero_output;
        c.keep_gates = keep_gates;
      });
    }
  }
  add([](RecurrentCase& c) { c.units = 1; });
  add([](RecurrentCase& c) { c.steps = 1; });
  add([](RecurrentCase& c) { c.batch = 1; });
  add([](RecurrentCase& c) { c.batch = c.steps = c.units = 1; });
  add([](RecurrentCase& c) { c.units = 9; });
  add([](RecurrentCase& c) { c.batch = 0; });
  add([](RecurrentCase& c) { c.steps = 0; });
}

// Smaller steps, so that few cross a kink.
constexpr GradientCheck kNearKinks = {.step = 1e-3, .tolerance = 1e-2};

void AddActivations(const RecurrentCase& base, GradientCases& cases) {
  for (const ReferenceActivation& activation : ReferenceActivations()) {
    RecurrentCase c = base;
    c.keep_gates = true;
    // Exponentials of exponentials overflow soon.
    if (activation.name == "exponential") c.steps = 1;
    c.activation = activation.name;
    cases.push_back(RowOf(c, kNearKinks));
    if (!c.IsLstm() && !c.IsGru()) continue;
    c.activation = "tanh";
    c.recurrent_activation = activation.name;
    c.has_mask = true;
    cases.push_back(RowOf(c, kNearKinks));
  }
}

}  // namespace

GradientCases RecurrentCases() {
  const RecurrentCase lstm{.op = "_LstmSequence"};
  const RecurrentCase gru{.op = "_GruSequence"};
  RecurrentCase with_bias = gru;
  with_bias.has_recurrent_bias = true;
  RecurrentCase reset_before = gru;
  reset_before.reset_after = false;
  GradientCases cases;
  for (const RecurrentCase& base :
       {lstm, gru, with_bias, reset_before, RecurrentCase{.op = "_SimpleRnnSequence"}}) {
    AddRows(base, cases);
    AddActivations(base, cases);
  }
  return cases;
}

}  // namespace tfwasm
