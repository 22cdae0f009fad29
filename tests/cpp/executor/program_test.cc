// SPDX-License-Identifier: Apache-2.0
#include "executor/program.h"

#include <doctest/doctest.h>

#include <numeric>

#include "executor/inference.h"
#include "executor/model_state.h"
#include "executor/plan_builder.h"
#include "ops/infer.h"

namespace tfwasm {
namespace {

// Test-only ops, so that the tests depend only on the executor.

int kernels_made = 0;
int states_made = 0;

struct CountedState : NodeState {
  CountedState() { ++states_made; }
};

std::unique_ptr<Kernel> AddKernel(const KernelContext& context) {
  ++kernels_made;
  context.Shared<CountedState>([] { return std::make_shared<CountedState>(); });
  const int64_t size = context.output(0).shape.NumElements();
  return MakeKernel([size](RunContext& run) {
    for (int64_t i = 0; i < size; ++i) {
      run.out<float>(0)[i] = run.in<float>(0)[i] + run.in<float>(1)[i];
    }
  });
}

TFWASM_OP kAddOp{.name = "TestAdd",
                 .min_inputs = 2,
                 .max_inputs = 2,
                 .infer = InferBroadcast,
                 .kernel = AddKernel,
                 .in_place_inputs = 0b11};

TFWASM_OP kFlatOp{.name = "TestFlat",
                  .infer =
                      [](InferContext& context) {
                        context.set_output(0, context.dtype(0),
                                           Shape({context.shape(0).NumElements()}));
                      },
                  .is_view = true};

// The positive elements: an output with a data-dependent shape.
TFWASM_OP kPositiveOp{
    .name = "TestPositive",
    .infer = [](InferContext& context) { context.set_output_unknown(0, context.dtype(0)); },
    .kernel =
        [](const KernelContext& context) {
          const int64_t size = context.shape(0).NumElements();
          return MakeKernel([size](RunContext& run) {
            const float* in = run.in<float>(0);
            int64_t count = 0;
            for (int64_t i = 0; i < size; ++i) count += in[i] > 0 ? 1 : 0;
            auto* out = static_cast<float*>(run.AllocateOutput(0, Shape({count})).mutable_data());
            for (int64_t i = 0; i < size; ++i) {
              if (in[i] > 0) *out++ = in[i];
            }
          });
        }};

TFWASM_OP kFailOp{
    .name = "TestFail",
    .infer = InferLikeInput,
    .kernel = [](const KernelContext&) -> std::unique_ptr<Kernel> {
      return MakeKernel([](RunContext&) { Throw(Code::kInput, "index 9 is out of range"); });
    }};

class GraphBuilder {
 public:
  Edge Input(const std::string& name, const Shape& shape = Shape::UnknownRank()) {
    Node node{.name = name, .op = "Placeholder"};
    node.attrs.Set("dtype", DType::kFloat32);
    node.attrs.Set("shape", shape);
    const Edge edge{.node = graph.Add(std::move(node))};
    graph.inputs.push_back({name, edge});
    return edge;
  }
  Edge Op(const std::string& name, const std::string& op, std::vector<Edge> inputs) {
    return {.node = graph.Add({.name = name, .op = op, .inputs = std::move(inputs)})};
  }
  Edge Const(const std::string& name, const Tensor& value) {
    return {.node = graph.AddConst(name, value)};
  }
  void Output(const std::string& name, Edge edge) { graph.outputs.push_back({name, edge}); }

  Graph graph;
};

Tensor Floats(std::initializer_list<float> values) {
  return Tensor::FromValues<float>({static_cast<int64_t>(values.size())}, values);
}

std::vector<float> ToVector(const Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

std::vector<Tensor> RunOnce(Program& program, std::vector<Tensor> feeds) {
  return program.Run(feeds);
}

TEST_CASE("a chain runs in place and gives the same result every time") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  Edge sum = builder.Op("s0", "TestAdd", {x, x});
  for (int i = 1; i < 10; ++i) sum = builder.Op(StrCat("s", i), "TestAdd", {sum, x});
  builder.Output("y", sum);
  ModelState model;
  Program program(std::move(builder.graph), model);
  for (int run = 0; run < 3; ++run) {
    const std::vector<Tensor> feeds = {Floats({1, 2, 3})};
    const std::vector<Tensor> outputs = program.Run(feeds);
    CHECK(ToVector(outputs[0]) == std::vector<float>{11, 22, 33});
    CHECK(ToVector(feeds[0]) == std::vector<float>{1, 2, 3});
  }
}

TEST_CASE("a value that is read later is not overwritten in place") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  const Edge a = builder.Op("a", "TestAdd", {x, x});
  const Edge b = builder.Op("b", "TestAdd", {a, x});  // must not overwrite a
  const Edge view = builder.Op("view", "TestFlat", {a});
  const Edge c = builder.Op("c", "TestAdd", {b, view});
  builder.Output("a", a);
  builder.Output("c", c);
  ModelState model;
  Program program(std::move(builder.graph), model);
  const std::vector<Tensor> outputs = RunOnce(program, {Floats({1, 10})});
  CHECK(ToVector(outputs[0]) == std::vector<float>{2, 20});
  CHECK(ToVector(outputs[1]) == std::vector<float>{5, 50});
}

TEST_CASE("a chain needs arena for one value, as its steps work in place") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  Edge sum = builder.Op("s0", "TestAdd", {x, x});
  for (int i = 1; i < 10; ++i) sum = builder.Op(StrCat("s", i), "TestAdd", {sum, x});
  const Edge other = builder.Op("other", "TestAdd", {sum, x});
  const Edge last = builder.Op("last", "TestAdd", {sum, other});
  builder.Output("y", last);
  NodeStates states(static_cast<size_t>(builder.graph.size()));
  const PlanData data = PlanGraph(builder.graph, {{DType::kFloat32, {1024}}}, states);
  CHECK(data.arena_bytes == 4096);
}

TEST_CASE("plans are kept for each shape and share the state of constants") {
  GraphBuilder builder;
  const Edge x = builder.Input("x", Shape({Shape::kUnknownDim}));
  builder.Output("y", builder.Op("sum", "TestAdd", {x, builder.Const("c", Floats({5}))}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  kernels_made = states_made = 0;
  CHECK(ToVector(RunOnce(program, {Floats({1})})[0]) == std::vector<float>{6});
  CHECK(ToVector(RunOnce(program, {Floats({2})})[0]) == std::vector<float>{7});
  CHECK(kernels_made == 1);
  CHECK_THROWS_AS(RunOnce(program, {Tensor(DType::kFloat32, {2, 2})}), Error);
  CHECK(ToVector(RunOnce(program, {Tensor(DType::kFloat32, {0})})[0]).empty());
  CHECK(states_made == 1);
}

TEST_CASE("data-dependent shapes flow through the rest of the graph") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  const Edge doubled = builder.Op("doubled", "TestAdd", {x, x});
  const Edge positive = builder.Op("positive", "TestPositive", {doubled});
  builder.Output("y", builder.Op("sum", "TestAdd", {positive, positive}));
  builder.Output("flat", builder.Op("flat", "TestFlat", {positive}));
  builder.Output("doubled", doubled);
  ModelState model;
  Program program(std::move(builder.graph), model);
  Profiler profiler;
  model.set_profiler(&profiler);
  const std::vector<Tensor> feeds = {Floats({1, -2, 3})};
  for (int run = 0; run < 2; ++run) {
    const std::vector<Tensor> outputs = program.Run(feeds);
    CHECK(ToVector(outputs[0]) == std::vector<float>{4, 12});
    CHECK(ToVector(outputs[1]) == std::vector<float>{2, 6});
    CHECK(ToVector(outputs[2]) == std::vector<float>{2, -4, 6});
  }
  const std::vector<NodeProfile> profile = profiler.Take();
  CHECK(profile.size() % 2 == 0);
  CHECK(profiler.Take().empty());
  const auto positive_profile =
      std::find_if(profile.begin(), profile.end(),
                   [](const NodeProfile& entry) { return entry.name == "positive"; });
  REQUIRE(positive_profile != profile.end());
  CHECK(positive_profile->output_shapes[0] == Shape({2}));
  CHECK(positive_profile->output_bytes == 8);
}

TEST_CASE("feeds and constants can be outputs") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  builder.Output("x", x);
  builder.Output("c", builder.Const("c", Floats({4})));
  builder.Output("flat", builder.Op("flat", "TestFlat", {x}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  const Tensor feed = Tensor::FromValues<float>({1, 2}, {1, 2});
  const std::vector<Tensor> outputs = RunOnce(program, {feed});
  CHECK(outputs[0].data() == feed.data());
  CHECK(ToVector(outputs[1]) == std::vector<float>{4});
  CHECK(outputs[2].shape() == Shape({2}));
}

TEST_CASE("errors say which input or node is at fault, and leave nothing behind") {
  GraphBuilder builder;
  const Edge x = builder.Input("image", Shape({Shape::kUnknownDim, 3}));
  builder.Output("y", builder.Op("broken", "TestFail", {builder.Op("f", "TestFlat", {x})}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  const auto message = [&](const std::vector<Tensor>& feeds) {
    try {
      program.Run(feeds);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("no error");
  };
  CHECK(message({}) == "expected 1 inputs, got 0");
  CHECK(message({Tensor(DType::kInt32, {1, 3})}) ==
        "input 'image': expected float32 [?,3], got int32 [1,3]");
  CHECK(message({Tensor(DType::kFloat32, {3})}) ==
        "input 'image': expected float32 [?,3], got float32 [3]");
  const std::vector<Tensor> good = {Tensor(DType::kFloat32, {1, 3})};
  CHECK(message(good) == "[TestFail 'broken'] index 9 is out of range");
  const size_t live = Buffer::live_count();
  CHECK(message(good) == "[TestFail 'broken'] index 9 is out of range");
  CHECK(Buffer::live_count() == live);
}

TEST_CASE("a placeholder that is needed but not fed is named") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  builder.graph.inputs.clear();
  builder.Output("y", builder.Op("sum", "TestAdd", {x, x}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  CHECK_THROWS_WITH_AS(RunOnce(program, {}), "[Placeholder 'x'] this input was not given a value",
                       Error);
}

TEST_CASE("an edge to an output that a node does not have is refused") {
  GraphBuilder builder;
  const Edge x = builder.Input("x");
  const Edge sum = builder.Op("sum", "TestAdd", {x, x});
  builder.Output("y", builder.Op("flat", "TestFlat", {Edge{sum.node, 3}}));
  CHECK_THROWS_AS(InferGraph(builder.graph, {{DType::kFloat32, {1}}}), Error);
}

}  // namespace
}  // namespace tfwasm
