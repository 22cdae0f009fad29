// SPDX-License-Identifier: Apache-2.0
// A value keeps its own dtype even if it shares memory with another. Tested for all ops that may
// write an output of another dtype in place, and for all readers of a value as a whole tensor.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "executor/model_builder.h"
#include "executor/model_state.h"
#include "executor/plan_builder.h"
#include "kernels/copy.h"
#include "ops/infer.h"

namespace tfwasm {
namespace {

std::unique_ptr<Kernel> CopyKernel(const KernelContext& context) {
  return MakeKernel([dtype = context.dtype(0), size = context.shape(0).NumElements()](
                        RunContext& run) { CopyElements(dtype, run.in(0), run.out(0), size); });
}

// An op whose output is planned and not in place.
TFWASM_OP kCopyOp{.name = "TestCopy", .infer = InferLikeInput, .kernel = CopyKernel};

// An op whose output shape is known only at run time.
TFWASM_OP kDynamicCopyOp{
    .name = "TestDynamicCopy",
    .infer = [](InferContext& context) { context.set_output_unknown(0, context.dtype(0)); },
    .kernel =
        [](const KernelContext& context) {
          return MakeKernel([dtype = context.dtype(0), shape = context.shape(0)](RunContext& run) {
            Tensor& output = run.AllocateOutput(0, shape);
            CopyElements(dtype, run.in(0), output.mutable_data(), shape.NumElements());
          });
        }};

constexpr DType kDTypes[] = {DType::kFloat32, DType::kInt32, DType::kBool, DType::kComplex64};

Tensor Numbers(DType dtype, const Shape& shape) {
  const Tensor floats =
      MakeF32(shape, [](size_t i) { return 1.25 + 2.5 * static_cast<double>(i); });
  if (dtype == DType::kFloat32) return floats;
  return Evaluate(TestNode("Cast", {{"DstT", dtype}}), {floats})[0];
}

// An op call whose first output has another dtype than an input that it may overwrite.
struct Retyping {
  std::string op;
  TestAttrs attrs;
  std::vector<Tensor> inputs;
  size_t in_place = 0;  // the index of that input
};

// Inputs to try beside a tensor of shape [1, 4], for ops with this many inputs.
std::vector<Tensor> Candidates(DType dtype, size_t num_inputs) {
  if (num_inputs > 3) return {Numbers(dtype, {1, 4}), Numbers(dtype, {4})};
  return {Numbers(dtype, {1, 4}), I32({}, {0}),       I32({1}, {1}),
          I32({2}, {1, 4}),       Numbers(dtype, {}), I32({2, 2}, {0, 0, 0, 0}),
          Numbers(dtype, {4}),    I32({1, 1}, {0})};
}

TestAttrs AnyAttrs(DType from, DType to) {
  return {{"SrcT", from},
          {"DstT", to},
          {"T", from},
          {"dtype", to},
          {"out_type", to},
          {"output_type", to},
          {"num", 1},
          {"num_split", 1},
          {"axis", 0},
          {"message", "m"},
          {"clip_value_min", 0.0},
          {"clip_value_max", 1.0},
          {"min", 0.0},
          {"max", 1.0},
          {"mode", "REFLECT"},
          {"N", 1}};
}

// The specs of the op's outputs; nullopt if the op rejects the inputs.
std::optional<std::vector<TensorSpec>> OutputsFor(const OpDef& def, const Node& node,
                                                  const std::vector<Tensor>& inputs) {
  std::vector<const Tensor*> values;
  for (const Tensor& input : inputs) values.push_back(&input);
  InferContext context(node, SpecsOf(inputs), values);
  std::optional<std::vector<TensorSpec>> outputs;
  Deferring([&] {
    InferNode(def, context);
    outputs = context.outputs();
  });
  return outputs;
}

// The first combination of candidates that the op accepts; empty if it accepts none.
std::vector<Tensor> FindInputs(const OpDef& def, const Node& node, DType dtype) {
  const size_t count = node.inputs.size();
  const std::vector<Tensor> candidates = Candidates(dtype, count);
  std::vector<size_t> choice(count, 0);
  while (true) {
    std::vector<Tensor> inputs;
    for (const size_t i : choice) inputs.push_back(candidates[i]);
    if (OutputsFor(def, node, inputs)) return inputs;
    size_t digit = 0;
    while (digit < count && ++choice[digit] == candidates.size()) choice[digit++] = 0;
    if (digit == count) return {};
  }
}

struct Survey {
  std::vector<Retyping> retypings;
  std::string not_reached;  // ops for which no call was found
};

// Adds the op's calls with these inputs that change the dtype in place.
void AddRetypings(const OpDef& def, const std::vector<Tensor>& inputs, DType from, Survey& survey) {
  for (const DType to : kDTypes) {
    const TestAttrs attrs = AnyAttrs(from, to);
    Node node = TestNode(def.name, attrs);
    node.inputs.resize(inputs.size());
    const auto outputs = OutputsFor(def, node, inputs);
    if (!outputs || !outputs->at(0).shape.IsKnown()) continue;
    const TensorSpec& output = outputs->at(0);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const bool may_overwrite =
          (def.in_place_inputs >> i & 1) != 0 && inputs[i].bytes() == NumBytes(output);
      if (!may_overwrite || inputs[i].dtype() == output.dtype) continue;
      survey.retypings.push_back({std::string(def.name), attrs, inputs, i});
    }
  }
}

Survey FindRetypings() {
  Survey survey;
  for (const OpDef& def : AllOps()) {
    if (def.in_place_inputs == 0) continue;
    bool is_reached = false;
    for (const DType from : kDTypes) {
      Node node = TestNode(def.name, AnyAttrs(from, from));
      node.inputs.resize(static_cast<size_t>(std::max(def.min_inputs, 1)));
      const std::vector<Tensor> inputs = FindInputs(def, node, from);
      if (inputs.empty()) continue;
      is_reached = true;
      AddRetypings(def, inputs, from, survey);
    }
    if (!is_reached) survey.not_reached += StrCat(def.name, " ");
  }
  return survey;
}

// Reads `value` in every possible way: fetched, through a view, by a dynamic step, as a function
// argument.
void ReadEveryWay(BodyBuilder& b, Edge value) {
  const Edge copied_dims = b.Const("dims", I32({1}, {-1}));
  const Edge view = b.Op("view", "Reshape", {value, copied_dims});
  const Edge same = b.Op("same", "Identity", {value});
  const Edge views[] = {value, view, same,
                        b.Op("view_of_same", "ExpandDims", {same, b.Const("axis", I32({}, {0}))})};
  int count = 0;
  for (const Edge read : views) {
    ++count;
    b.Output(StrCat("fetched", count), read);
    b.Output(StrCat("dynamic", count), b.Op(StrCat("dynamic", count), "TestDynamicCopy", {read}));
    b.Output(StrCat("called", count), b.Op(StrCat("called", count), "PartitionedCall", {read},
                                           {{"f", FunctionAttr("copy")}, {"Tout", TypesAttr(1)}}));
  }
}

FunctionMap CopyFunction() {
  ModelBuilder b;
  b.Function("copy", [](BodyBuilder& f) { f.Output("y", f.Op("y", "TestCopy", {f.Input("x")})); });
  return std::move(b.model.functions);
}

// Runs the graph without passes, twice with the same plan, and returns its outputs.
std::vector<Tensor> RunUnoptimized(const Graph& graph, const std::vector<Tensor>& feeds) {
  ModelState model(CopyFunction());
  NodeStates states(static_cast<size_t>(graph.size()));
  Plan plan(graph, SpecsOf(feeds), states, &model);
  const auto arena = Buffer::Allocate(DType::kBool, plan.arena_bytes());
  plan.Run(feeds, arena->data(), nullptr);
  return plan.Run(feeds, arena->data(), nullptr);
}

// A step copies the first feed into the arena; then the op runs in place on the copy.
Edge AddRetyping(ModelBuilder& b, const Retyping& call) {
  std::vector<Edge> inputs;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    inputs.push_back(i == call.in_place ? b.Op("copy", "TestCopy", {b.Input("x")})
                                        : b.Const(StrCat("c", i), call.inputs[i]));
  }
  return b.Op("value", call.op, inputs, call.attrs);
}

TEST_CASE("an op that changes the dtype in place makes values of the new dtype") {
  const Survey survey = FindRetypings();
  // If this lists an op, add inputs for it to Candidates() or attributes to AnyAttrs().
  CHECK(survey.not_reached == "");
  CHECK(std::any_of(survey.retypings.begin(), survey.retypings.end(),
                    [](const Retyping& call) { return call.op == "Cast"; }));
  for (const Retyping& call : survey.retypings) {
    CAPTURE(call.op);
    CAPTURE(std::string(DTypeName(call.inputs[call.in_place].dtype())));
    const Tensor expected = Evaluate(TestNode(call.op, call.attrs), call.inputs)[0];
    CHECK(expected.dtype() != call.inputs[call.in_place].dtype());
    const std::vector<Tensor> feeds = {call.inputs[call.in_place]};

    ModelBuilder alone;
    alone.Output("value", AddRetyping(alone, call));
    NodeStates states(static_cast<size_t>(alone.graph().size()));
    const PlanData data = PlanGraph(alone.graph(), SpecsOf(feeds), states);
    CHECK(data.heap_storages.size() == 1);  // shared by both values
    CHECK(data.arena_bytes == 0);
    ExpectTensor(RunUnoptimized(alone.graph(), feeds)[0], expected);

    ModelBuilder read;
    ReadEveryWay(read, AddRetyping(read, call));
    for (const Tensor& output : RunUnoptimized(read.graph(), feeds)) {
      ExpectTensor(output, expected.Reshaped(output.shape()));
    }
  }
}

TEST_CASE("values of every dtype keep it behind views, dynamic steps and calls") {
  for (const Tensor& x : {Numbers(DType::kFloat32, {1, 4}), Numbers(DType::kInt32, {1, 4}),
                          Numbers(DType::kBool, {1, 4}), Numbers(DType::kComplex64, {1, 4}),
                          Strings({1, 4}, {"a", "", "a string that is not short at all", "d"})}) {
    for (const bool in_place : {false, true}) {
      ModelBuilder b;
      Edge value = b.Op("value", "TestCopy", {b.Input("x")});
      if (in_place) value = b.Op("again", "IdentityN", {value});
      ReadEveryWay(b, value);
      for (const Tensor& output : RunUnoptimized(b.graph(), {x})) {
        ExpectTensor(output, x.Reshaped(output.shape()));
      }
    }
    // Feeds and constants do not use the plan's memory.
    for (const bool is_feed : {false, true}) {
      ModelBuilder b;
      ReadEveryWay(b, is_feed ? b.Input("x") : b.Const("x", x));
      const std::vector<Tensor> feeds(is_feed ? 1 : 0, x);
      for (const Tensor& output : RunUnoptimized(b.graph(), feeds)) {
        ExpectTensor(output, x.Reshaped(output.shape()));
      }
    }
  }
}

TEST_CASE("a model casts in place") {
  ModelBuilder b;
  const Edge positive = b.Op("relu", "Relu", {b.Input("x")});
  b.Output("ints", b.Op("ints", "Cast", {positive}, {{"DstT", DType::kInt32}}));
  const Edge n = b.Input("n");
  const Edge floats =
      b.Op("floats", "Cast", {b.Op("sum", "AddV2", {n, n})}, {{"DstT", DType::kFloat32}});
  b.Output("floats", floats);
  const Edge size =
      b.Op("size", "Cast", {b.Op("neg", "Neg", {b.Input("y")})}, {{"DstT", DType::kInt32}});
  b.Output("filled", b.Op("filled", "Fill", {size, b.Const("one", F32({}, {1}))}));
  Session session(std::move(b.model));
  const auto outputs =
      RunSession(session, {"x", "n", "y"},
                 {F32({4}, {1.2f, 2.7f, 3.1f, -4.9f}), I32({2}, {1, 2}), F32({1}, {-2})},
                 {"ints", "floats", "filled"});
  ExpectTensor(outputs[0], I32({4}, {1, 2, 3, 0}));
  ExpectTensor(outputs[1], F32({2}, {2, 4}));
  ExpectTensor(outputs[2], F32({2}, {1, 1}));
}

}  // namespace
}  // namespace tfwasm
