// SPDX-License-Identifier: Apache-2.0
// Programs that update variables.
#include <doctest/doctest.h>

#include "executor/model_state.h"
#include "executor/program.h"
#include "ops/graph_builder.h"
#include "tensor_test.h"

namespace tfwasm {
namespace {

// A graph of float32 vectors with 4 elements.
class UpdatedGraph {
 public:
  UpdatedGraph() : builder_(graph_) {}

  Operand Feed(std::string_view name, const Shape& shape = {4}) {
    const Operand feed = builder_.Placeholder({DType::kFloat32, shape});
    graph_.inputs.push_back({std::string(name), feed.edge()});
    return feed;
  }

  void Fetch(Operand value) {
    graph_.outputs.push_back({StrCat("output_", graph_.outputs.size()), value.edge()});
  }

  // `variable`: the number of a feed.
  void Update(int variable, Operand value) {
    graph_.updates.push_back(
        {.input = variable, .output = static_cast<int>(graph_.outputs.size())});
    Fetch(value);
  }

  Graph Take() { return std::move(graph_); }

 private:
  Graph graph_;
  GraphBuilder builder_;
};

Tensor Vector(float a, float b, float c, float d) { return F32({4}, {a, b, c, d}); }

TEST_CASE("updates: in place, run after run, in the same memory") {
  UpdatedGraph graph;
  const Operand w = graph.Feed("w");
  graph.Update(0, w - graph.Feed("g"));
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{Vector(1, 2, 3, 4), Vector(1, 1, 1, 1)};
  const void* const memory = feeds[0].data();
  for (int run = 1; run <= 5; ++run) {
    CHECK(program.RunAndUpdate(feeds).empty());
    const auto by = static_cast<float>(run);
    ExpectTensor(feeds[0], Vector(1 - by, 2 - by, 3 - by, 4 - by));
    CHECK(feeds[0].data() == memory);
  }
  ExpectTensor(feeds[1], Vector(1, 1, 1, 1));
}

TEST_CASE("updates: other readers see the old value, before and after the update in the graph") {
  UpdatedGraph graph;
  const Operand w = graph.Feed("w");
  const Operand g = graph.Feed("g");
  graph.Fetch(w * 2.0f);
  graph.Update(0, w - g);
  graph.Fetch(Reshape(w, {2, 2}) * 3.0f);
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{Vector(1, 2, 3, 4), Vector(1, 1, 1, 1)};
  const void* const memory = feeds[0].data();
  const std::vector<Tensor> results = program.RunAndUpdate(feeds);
  ExpectTensor(results[0], Vector(2, 4, 6, 8));
  ExpectTensor(results[1], F32({2, 2}, {3, 6, 9, 12}));
  ExpectTensor(feeds[0], Vector(0, 1, 2, 3));
  CHECK(feeds[0].data() == memory);
}

TEST_CASE("updates: the old value can be fetched, and be needed after the new one") {
  UpdatedGraph graph;
  const Operand w = graph.Feed("w");
  const Operand updated = w - graph.Feed("g");
  graph.Update(0, updated);
  graph.Fetch(w);
  graph.Fetch(updated * w);
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{Vector(1, 2, 3, 4), Vector(1, 1, 1, 1)};
  for (const float first : {1.0f, 0.0f}) {
    const std::vector<Tensor> results = program.RunAndUpdate(feeds);
    CHECK(results[0].values<float>()[0] == first);
    CHECK(results[1].values<float>()[3] == (first + 3) * (first + 2));
  }
  ExpectTensor(feeds[0], Vector(-1, 0, 1, 2));
}

TEST_CASE("updates: tensors that share the buffer keep the old value") {
  UpdatedGraph graph;
  const Operand w = graph.Feed("w");
  graph.Update(0, w * 2.0f);
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{Vector(1, 2, 3, 4)};
  const Tensor held = feeds[0];
  const Tensor view = feeds[0].Reshaped({2, 2});
  program.RunAndUpdate(feeds);
  ExpectTensor(held, Vector(1, 2, 3, 4));
  ExpectTensor(view, F32({2, 2}, {1, 2, 3, 4}));
  ExpectTensor(feeds[0], Vector(2, 4, 6, 8));
}

TEST_CASE("updates: variables with equal values stay apart, and can be swapped") {
  UpdatedGraph graph;
  const Operand a = graph.Feed("a");
  const Operand b = graph.Feed("b");
  graph.Update(0, b);
  graph.Update(1, a);
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{Vector(1, 1, 1, 1), Vector(1, 1, 1, 1)};
  program.RunAndUpdate(feeds);
  feeds[0] = Vector(5, 6, 7, 8);
  program.RunAndUpdate(feeds);
  ExpectTensor(feeds[0], Vector(1, 1, 1, 1));
  ExpectTensor(feeds[1], Vector(5, 6, 7, 8));
  program.RunAndUpdate(feeds);
  ExpectTensor(feeds[0], Vector(5, 6, 7, 8));
}

TEST_CASE("updates: nothing is packed or folded of a variable") {
  UpdatedGraph graph;
  const Operand w = graph.Feed("w", {8, 8});
  const Operand x = graph.Feed("x", {2, 8});
  const Operand y = w.builder().Emit("MatMul", {x, w});
  graph.Fetch(y);
  graph.Update(0, w + 1.0f);
  ModelState state;
  Program program(graph.Take(), state);
  std::vector<Tensor> feeds{MakeF32({8, 8}, [](size_t) { return 0; }),
                            MakeF32({2, 8}, [](size_t) { return 1; })};
  for (int run = 0; run < 4; ++run) {
    const std::vector<Tensor> results = program.RunAndUpdate(feeds);
    CHECK(results[0].values<float>()[0] == static_cast<float>(8 * run));
  }
}

}  // namespace
}  // namespace tfwasm
