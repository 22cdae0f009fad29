// SPDX-License-Identifier: Apache-2.0
// Shape and data-movement ops in a graph: which values are known at planning, which ops run
// in-place.
#include "executor/inference.h"
#include "executor/model_state.h"
#include "ops/op_test.h"

namespace tfwasm {

namespace {

class Builder {
 public:
  Edge Input() {
    Node node{.name = "x", .op = "Placeholder"};
    const Edge edge{.node = graph.Add(std::move(node))};
    graph.inputs.push_back({"x", edge});
    return edge;
  }
  Edge Op(const std::string& op, std::vector<Edge> inputs, const TestAttrs& attrs = {}) {
    Node node = TestNode(op, attrs);
    node.name = graph.UniqueName(op);
    node.inputs = std::move(inputs);
    return {.node = graph.Add(std::move(node))};
  }
  Edge Ints(const Tensor& value) {
    return {.node = graph.AddConst(graph.UniqueName("ints"), value)};
  }
  void Output(Edge edge) { graph.outputs.push_back({"y", edge}); }

  Graph graph;
};

// tf.reshape(x, [tf.shape(x)[0], -1]), as Keras's Flatten writes it.
Edge Flatten(Builder& builder, Edge x) {
  const Edge shape = builder.Op("Shape", {x});
  const Edge zero = builder.Ints(I32({1}, {0}));
  const Edge one = builder.Ints(I32({1}, {1}));
  const Edge batch = builder.Op("StridedSlice", {shape, zero, one, one}, {{"shrink_axis_mask", 1}});
  const Edge rest = builder.Ints(I32({}, {-1}));
  return builder.Op("Reshape", {x, builder.Op("Pack", {batch, rest})});
}

}  // namespace

TEST_CASE("arithmetic on shapes is done before the run, for every batch size") {
  Builder builder;
  const Edge x = builder.Input();
  const Edge reversed = builder.Op("ReverseV2", {x, builder.Ints(I32({1}, {1}))});
  const Edge flat = Flatten(builder, reversed);
  builder.Output(flat);
  for (const int64_t batch : {1, 3}) {
    const Inference inference = InferGraph(builder.graph, {{DType::kFloat32, {batch, 2, 2}}});
    for (const NodeFacts& facts : inference.nodes) CHECK(facts.planned);
    CHECK(inference.spec(inference.ValueOf(flat)).shape == Shape({batch, 4}));
  }
  ModelState model;
  Program program(std::move(builder.graph), model);
  for (int run = 0; run < 2; ++run) {
    const std::vector<Tensor> two = {F32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})};
    ExpectTensor(program.Run(two)[0], F32({2, 4}, {3, 4, 1, 2, 7, 8, 5, 6}));
    const std::vector<Tensor> one = {F32({1, 2, 2}, {1, 2, 3, 4})};
    ExpectTensor(program.Run(one)[0], F32({1, 4}, {3, 4, 1, 2}));
  }
}

TEST_CASE("ops that happen to change nothing work in place") {
  Builder builder;
  Edge x = builder.Op("ReverseV2", {builder.Input(), builder.Ints(I32({1}, {0}))});
  const Edge nothing = builder.Ints(I32({1}, {0}));
  const Edge all = builder.Ints(I32({1}, {-1}));
  const Edge zero = builder.Ints(I32({}, {0}));
  x = builder.Op("Slice", {x, nothing, all});
  x = builder.Op("Pad", {x, builder.Ints(I32({1, 2}, {0, 0}))});
  x = builder.Op("Tile", {x, builder.Ints(I32({1}, {1}))});
  x = builder.Op("BroadcastTo", {x, builder.Ints(I32({1}, {3}))});
  x = builder.Op("ConcatV2", {x, zero});
  x = builder.Op("Split", {zero, x}, {{"num_split", 1}});
  x = builder.Op("SplitV", {x, builder.Ints(I32({1}, {3})), zero}, {{"num_split", 1}});
  x = builder.Op("Pack", {x});
  x = builder.Op("Unpack", {x}, {{"num", 1}});
  x = builder.Op("IdentityN", {x});
  x = builder.Op("CheckNumerics", {x});
  builder.Output(x);
  ModelState model;
  Program program(std::move(builder.graph), model);
  for (int run = 0; run < 2; ++run) {
    const std::vector<Tensor> feeds = {F32({3}, {1, 2, 3})};
    ExpectTensor(program.Run(feeds)[0], F32({3}, {3, 2, 1}));
    ExpectTensor(feeds[0], F32({3}, {1, 2, 3}));
  }
}

TEST_CASE("an update in place leaves a value that is still read alone") {
  Builder builder;
  const Edge x = builder.Op("ReverseV2", {builder.Input(), builder.Ints(I32({1}, {0}))});
  const Edge updated =
      builder.Op("TensorScatterUpdate",
                 {x, builder.Ints(I32({1, 1}, {0})),
                  builder.Op("Fill", {builder.Ints(I32({1}, {1})),
                                      {.node = builder.graph.AddConst("v", F32({}, {9}))}})});
  builder.Output(builder.Op("Pack", {x, updated}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  const std::vector<Tensor> feeds = {F32({2}, {1, 2})};
  ExpectTensor(program.Run(feeds)[0], F32({2, 2}, {2, 1, 9, 1}));
}

TEST_CASE("shapes that only the data tells reach the ops behind") {
  Builder builder;
  const Edge x = builder.Input();
  const Edge places = builder.Op("Where", {x});
  const Edge picked = builder.Op("GatherNd", {x, places});
  builder.Output(builder.Op("ConcatV2", {picked, x, builder.Ints(I32({}, {0}))}));
  ModelState model;
  Program program(std::move(builder.graph), model);
  const std::vector<Tensor> some = {F32({3}, {0, 5, 7})};
  ExpectTensor(program.Run(some)[0], F32({5}, {5, 7, 0, 5, 7}));
  const std::vector<Tensor> none = {F32({3}, {0, 0, 0})};
  ExpectTensor(program.Run(none)[0], F32({3}, {0, 0, 0}));
}

}  // namespace tfwasm
