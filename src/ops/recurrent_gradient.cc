// SPDX-License-Identifier: Apache-2.0
// Gradients of the ops of recurrent.h.
//
//   _LstmSequenceGrad, _GruSequenceGrad, _SimpleRnnSequenceGrad
//
// They have the attributes of the forward op, and its inputs with the output `gates` in place of z.
// Then follow the other outputs that the pass needs, and the gradients of the outputs:
// sequence, cells or products?, dsequence, dh, dc?.
//
// Outputs: dz, dh0, dc0?, left, inner?, ddropout?, as RecurrentGradientOutputs says. The gradients
// of R and of the bias are products and sums of these.
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/op.h"
#include "ops/recurrent.h"

namespace tfwasm {

namespace {

// The further inputs of a gradient op; -1 for none.
struct GradientInputs {
  explicit GradientInputs(const RecurrentNode& node) {
    int next = node.num_inputs;
    sequence = next++;
    if (node.KeepsCells()) cells = next++;
    dsequence = next++;
    dh = next++;
    if (node.c0 >= 0) dc = next++;
    end = next;
  }

  int sequence;
  int cells = -1;
  int dsequence;
  int dh;
  int dc = -1;
  int end;
};

// How many inputs follow those of the forward op.
int CountMore(RecurrentCell cell, const AttrMap& attrs) {
  return (KeepsCells(cell, attrs) ? 3 : 2) + CountStates(cell);
}

RecurrentNode ReadGradient(const OpContext& context, RecurrentCell cell) {
  const RecurrentNode node = ReadRecurrent(context, cell, CountMore(cell, context.attrs()));
  const GradientInputs inputs(node);
  const auto expect = [&](int i, const Shape& shape, std::string_view what) {
    if (i >= 0) ExpectSpec(context, i, DType::kFloat32, shape, what);
  };
  expect(inputs.sequence, node.Sequence(), "the sequence");
  expect(inputs.cells, node.Sequence(), "the kept products or cell states");
  expect(inputs.dsequence, node.Sequence(), "the gradient of the sequence");
  expect(inputs.dh, node.States(), "the gradient of h");
  expect(inputs.dc, node.States(), "the gradient of c");
  return node;
}

// The positions of the outputs; -1 for none.
struct GradientOutputs {
  explicit GradientOutputs(const RecurrentNode& node)
      : GradientOutputs(node.spec.cell, node.dropout >= 0) {}
  GradientOutputs(RecurrentCell cell, bool has_dropout) {
    if (cell == RecurrentCell::kLstm) dc0 = end++;
    left = end++;
    if (cell == RecurrentCell::kGru) inner = end++;
    if (has_dropout) ddropout = end++;
  }

  int dz = 0;
  int dh0 = 1;
  int dc0 = -1;
  int left = -1;
  int inner = -1;
  int ddropout = -1;
  int end = 2;
};

int CountGradientOutputs(const Node& node, RecurrentCell cell) {
  return GradientOutputs(cell, node.attrs.Bool("has_dropout", false)).end;
}

void InferGradient(InferContext& context, RecurrentCell cell) {
  const RecurrentNode node = ReadGradient(context, cell);
  const GradientOutputs outputs(node);
  const auto set = [&](int i, const Shape& shape) {
    if (i >= 0) context.set_output(i, DType::kFloat32, shape);
  };
  set(outputs.dz, node.Gates());
  set(outputs.dh0, node.States());
  set(outputs.dc0, node.States());
  set(outputs.left, node.Sequence());
  set(outputs.inner, node.spec.reset_after ? node.Gates() : node.Sequence());
  set(outputs.ddropout, node.States());
}

std::unique_ptr<Kernel> MakeGradient(const KernelContext& context, RecurrentCell cell) {
  const RecurrentNode node = ReadGradient(context, cell);
  const RecurrentKernel kernel(context, node.spec, /*is_transposed=*/true);
  return MakeKernel([node, kernel](RunContext& run) {
    const auto in = [&](int i) { return i < 0 ? nullptr : run.in<float>(i); };
    const auto out = [&](int i) { return i < 0 ? nullptr : run.out<float>(i); };
    const GradientInputs inputs(node);
    const GradientOutputs outputs(node);
    const RecurrentGradientInputs given{.forward = node.Inputs(run),
                                        .sequence = in(inputs.sequence),
                                        .gates = in(0),
                                        .cells = in(inputs.cells),
                                        .dsequence = in(inputs.dsequence),
                                        .dh = in(inputs.dh),
                                        .dc = in(inputs.dc)};
    const RecurrentGradientOutputs wanted{.dz = out(outputs.dz),
                                          .dh0 = out(outputs.dh0),
                                          .dc0 = out(outputs.dc0),
                                          .left = out(outputs.left),
                                          .inner = out(outputs.inner),
                                          .ddropout = out(outputs.ddropout)};
    kernel.Use(node.spec, run, [&](const RecurrentMatrices& matrices) {
      RunRecurrentGradient(node.spec, matrices, given, wanted);
    });
  });
}

template <RecurrentCell kCell>
constexpr OpDef GradientOp(std::string_view name, int min_inputs, int max_inputs) {
  return {.name = name,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .num_outputs = [](const Node& node) { return CountGradientOutputs(node, kCell); },
          .infer = [](InferContext& context) { InferGradient(context, kCell); },
          .kernel = [](const KernelContext& context) { return MakeGradient(context, kCell); },
          .in_place_inputs = 0b1};
}

}  // namespace

TFWASM_TRAINING_OP kLstmSequenceGradOp =
    GradientOp<RecurrentCell::kLstm>("_LstmSequenceGrad", 9, 11);
TFWASM_TRAINING_OP kGruSequenceGradOp = GradientOp<RecurrentCell::kGru>("_GruSequenceGrad", 6, 10);
TFWASM_TRAINING_OP kSimpleRnnSequenceGradOp =
    GradientOp<RecurrentCell::kSimple>("_SimpleRnnSequenceGrad", 6, 8);

namespace {

// left^T dy, for all sequences and steps at once.
Operand KernelGradient(Operand left, Operand dy) {
  const Shape& shape = dy.shape();
  const int64_t rows = shape[0] * shape[1];
  return left.builder().Emit(
      "MatMul", {Reshape(left, {rows, left.shape()[2]}), Reshape(dy, {rows, shape[2]})},
      {{"transpose_a", true}});
}

// Elements [begin, begin + count) of the last axis.
Operand Columns(Operand x, int64_t begin, int64_t count) {
  return x.builder().Emit(
      "Slice", {x, x.builder().Ints(std::vector<int64_t>{0, 0, begin}),
                x.builder().Ints(std::vector<int64_t>{x.shape()[0], x.shape()[1], count})});
}

// The last gate's product has another left operand.
Operand ResetBeforeKernelGradient(Operand left, Operand reset, Operand dz) {
  const int64_t units = left.shape()[2];
  Builder& builder = left.builder();
  return builder.Emit("ConcatV2", {KernelGradient(left, Columns(dz, 0, 2 * units)),
                                   KernelGradient(reset, Columns(dz, 2 * units, units)),
                                   builder.Const(Tensor::Scalar(int32_t{1}))});
}

// The outputs of the forward op with those that the gradient needs.
std::vector<Operand> ForwardOutputs(const GradientContext& c) {
  std::vector<Operand> outputs;
  if (c.attrs().Bool("keep_gates", false)) {
    for (int i = 0; i < c.num_outputs(); ++i) outputs.push_back(c.output(i));
    return outputs;
  }
  std::vector<Operand> inputs;
  for (int i = 0; i < c.num_inputs(); ++i) inputs.push_back(c.input(i));
  AttrMap attrs = c.attrs();
  attrs.Set("keep_gates", true);
  return c.builder().EmitAll(c.node().op, inputs, std::move(attrs));
}

void RecurrentRule(GradientContext& c, RecurrentCell cell) {
  const int states = CountStates(cell);
  for (int i = 1 + states; i < c.num_outputs(); ++i) {
    if (c.has_dy(i)) Throw(Code::kOp, "there is no gradient of output ", i, ", what is kept");
  }
  const std::vector<Operand> forward = ForwardOutputs(c);
  std::vector<Operand> inputs{forward[static_cast<size_t>(1 + states)]};
  for (int i = 1; i < c.num_inputs(); ++i) inputs.push_back(c.input(i));
  inputs.push_back(forward[0]);
  inputs.insert(inputs.end(), forward.begin() + 2 + states, forward.end());
  for (int i = 0; i <= states; ++i) inputs.push_back(c.dy(i));
  const std::vector<Operand> results =
      c.builder().EmitAll(c.node().op + "Grad", inputs, AttrMap(c.attrs()));

  const bool has_dropout = c.attrs().Bool("has_dropout", false);
  const bool is_reset_after = IsResetAfter(cell, c.attrs());
  const GradientOutputs outputs(cell, has_dropout);
  const auto result = [&](int i) { return results[static_cast<size_t>(i)]; };
  c.set(0, result(outputs.dz));
  c.set(2, result(outputs.dh0));
  if (cell == RecurrentCell::kLstm) c.set(3, result(outputs.dc0));
  if (has_dropout) c.set(c.num_inputs() - 1, result(outputs.ddropout));
  const Operand left = result(outputs.left);
  // The gradient of the recurrent product.
  Operand dproduct = result(outputs.dz);
  if (is_reset_after) {
    dproduct = result(outputs.inner);
    if (c.attrs().Bool("has_recurrent_bias", false)) c.set(3, Sum(dproduct, {0, 1}, false));
  }
  if (!c.wants(1)) return;
  const bool is_split = cell == RecurrentCell::kGru && !is_reset_after;
  c.set(1, is_split ? ResetBeforeKernelGradient(left, result(outputs.inner), dproduct)
                    : KernelGradient(left, dproduct));
}

}  // namespace

TFWASM_GRADIENT kLstmSequenceGradient{
    "_LstmSequence", [](GradientContext& c) { RecurrentRule(c, RecurrentCell::kLstm); }};
TFWASM_GRADIENT kGruSequenceGradient{
    "_GruSequence", [](GradientContext& c) { RecurrentRule(c, RecurrentCell::kGru); }};
TFWASM_GRADIENT kSimpleRnnSequenceGradient{
    "_SimpleRnnSequence", [](GradientContext& c) { RecurrentRule(c, RecurrentCell::kSimple); }};

}  // namespace tfwasm
