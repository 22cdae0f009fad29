// SPDX-License-Identifier: Apache-2.0
#include "ops/recurrent.h"

#include "ops/arguments.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

const RecurrentActivation& ReadActivation(std::string_view attribute, const std::string& name) {
  const RecurrentActivation* activation = FindRecurrentActivation(name);
  if (activation != nullptr) return *activation;
  Throw(Code::kAttr, "'", attribute, "' is no activation of recurrent cells: '", name, "'");
}

// Assigns positions to the optional inputs, and checks their number.
void FindInputs(const OpContext& context, RecurrentNode& node, int more) {
  const AttrMap& attrs = context.attrs();
  int next = 3;
  if (node.spec.cell == RecurrentCell::kLstm) node.c0 = next++;
  if (node.spec.cell == RecurrentCell::kGru && attrs.Bool("has_recurrent_bias", false)) {
    if (!node.spec.reset_after) Throw(Code::kAttr, "'has_recurrent_bias' needs 'reset_after'");
    node.bias = next++;
  }
  if (attrs.Bool("has_mask", false)) node.mask = next++;
  if (attrs.Bool("has_dropout", false)) node.dropout = next++;
  node.num_inputs = next;
  if (context.num_inputs() != next + more) {
    Throw(Code::kEdge, "expected ", next + more, " inputs, got ", context.num_inputs());
  }
}

RecurrentSpec ReadSpec(const OpContext& context, RecurrentCell cell) {
  const AttrMap& attrs = context.attrs();
  context.ExpectDType(0, DType::kFloat32, "z");
  context.ExpectRank(0, 3, "z");
  context.ExpectRank(1, 2, "the recurrent kernel");
  const bool is_simple = cell == RecurrentCell::kSimple;
  return {.cell = cell,
          .batch = context.shape(0)[0],
          .steps = context.shape(0)[1],
          .units = context.shape(1)[0],
          .activation = &ReadActivation("activation", attrs.String("activation", "tanh")),
          .recurrent_activation =
              is_simple ? nullptr
                        : &ReadActivation("recurrent_activation",
                                          attrs.String("recurrent_activation", "sigmoid")),
          .go_backwards = attrs.Bool("go_backwards", false),
          .zero_output_for_mask = attrs.Bool("zero_output_for_mask", false),
          .reset_after = IsResetAfter(cell, attrs)};
}

}  // namespace

int CountStates(RecurrentCell cell) { return cell == RecurrentCell::kLstm ? 2 : 1; }

bool IsResetAfter(RecurrentCell cell, const AttrMap& attrs) {
  return cell == RecurrentCell::kGru && attrs.Bool("reset_after", true);
}

bool KeepsCells(RecurrentCell cell, const AttrMap& attrs) {
  return cell == RecurrentCell::kLstm || IsResetAfter(cell, attrs);
}

RecurrentInputs RecurrentNode::Inputs(const RunContext& run) const {
  const auto floats = [&](int i) { return i < 0 ? nullptr : run.in<float>(i); };
  return {.z = floats(0),
          .h0 = floats(2),
          .c0 = floats(c0),
          .recurrent_bias = floats(bias),
          .mask = mask < 0 ? nullptr : run.in<uint8_t>(mask),
          .dropout = floats(dropout)};
}

RecurrentNode ReadRecurrent(const OpContext& context, RecurrentCell cell, int more) {
  RecurrentNode node{.spec = ReadSpec(context, cell)};
  node.keeps_gates = context.attrs().Bool("keep_gates", false);
  FindInputs(context, node, more);
  const RecurrentSpec& spec = node.spec;
  const int64_t row = spec.gates() * spec.units;
  const auto expect = [&](int i, const Shape& shape, std::string_view what) {
    if (i < 0) return;
    ExpectSpec(context, i, i == node.mask ? DType::kBool : DType::kFloat32, shape, what);
  };
  expect(1, {spec.units, row}, "the recurrent kernel");
  expect(0, node.Gates(), "z");
  expect(2, node.States(), "the initial h");
  expect(node.c0, node.States(), "the initial c");
  expect(node.bias, {row}, "the recurrent bias");
  expect(node.mask, {spec.batch, spec.steps}, "the mask");
  expect(node.dropout, node.States(), "the dropout mask");
  return node;
}

RecurrentKernel::RecurrentKernel(const KernelContext& context, const RecurrentSpec& spec,
                                 bool is_transposed)
    : is_transposed_(is_transposed) {
  const Tensor* kernel = context.value(1);
  if (kernel == nullptr) return;
  context.WillPack(1);
  kept_ = context.Shared<Kept>([&] {
    auto kept = std::make_shared<Kept>();
    const Tensor values = kernel->Dequantized();
    kept->matrices = PackRecurrent(spec, values.values<float>().data(), is_transposed);
    return kept;
  });
}

namespace {

void InferRecurrent(InferContext& context, RecurrentCell cell) {
  const RecurrentNode node = ReadRecurrent(context, cell, 0);
  int next = 0;
  const auto add = [&](const Shape& shape) { context.set_output(next++, DType::kFloat32, shape); };
  add(node.Sequence());
  add(node.States());
  if (node.c0 >= 0) add(node.States());
  if (!node.keeps_gates) return;
  add(node.Gates());
  if (node.KeepsCells()) add(node.Sequence());
}

int CountOutputs(const Node& node, RecurrentCell cell) {
  const AttrMap& attrs = node.attrs;
  const int count = 1 + CountStates(cell);
  if (!attrs.Bool("keep_gates", false)) return count;
  return count + (KeepsCells(cell, attrs) ? 2 : 1);
}

RecurrentOutputs OutputsOf(const RecurrentNode& node, const RunContext& run) {
  int next = 0;
  const auto take = [&](bool exists) { return exists ? run.out<float>(next++) : nullptr; };
  RecurrentOutputs outputs = {};
  outputs.sequence = take(true);
  outputs.h = take(true);
  outputs.c = take(node.c0 >= 0);
  outputs.gates = take(node.keeps_gates);
  outputs.cells = take(node.keeps_gates && node.KeepsCells());
  return outputs;
}

std::unique_ptr<Kernel> MakeRecurrent(const KernelContext& context, RecurrentCell cell) {
  const RecurrentNode node = ReadRecurrent(context, cell, 0);
  const RecurrentKernel kernel(context, node.spec, /*is_transposed=*/false);
  return MakeKernel([node, kernel](RunContext& run) {
    const RecurrentOutputs outputs = OutputsOf(node, run);
    kernel.Use(node.spec, run, [&](const RecurrentMatrices& matrices) {
      RunRecurrent(node.spec, matrices, node.Inputs(run), outputs);
    });
  });
}

template <RecurrentCell kCell>
constexpr OpDef SequenceOp(std::string_view name, int min_inputs, int max_inputs) {
  return {.name = name,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .num_outputs = [](const Node& node) { return CountOutputs(node, kCell); },
          .infer = [](InferContext& context) { InferRecurrent(context, kCell); },
          .kernel = [](const KernelContext& context) { return MakeRecurrent(context, kCell); }};
}

}  // namespace

TFWASM_TRAINING_OP kLstmSequenceOp = SequenceOp<RecurrentCell::kLstm>("_LstmSequence", 4, 6);
TFWASM_TRAINING_OP kGruSequenceOp = SequenceOp<RecurrentCell::kGru>("_GruSequence", 3, 6);
TFWASM_TRAINING_OP kSimpleRnnSequenceOp =
    SequenceOp<RecurrentCell::kSimple>("_SimpleRnnSequence", 3, 5);

}  // namespace tfwasm
