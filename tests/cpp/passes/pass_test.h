// SPDX-License-Identifier: Apache-2.0
// Builds small graphs, runs a pass on them, and compares their text and their outputs.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "executor/plan.h"
#include "ops/op_test.h"
#include "passes/graph_text.h"
#include "passes/remove_dead_nodes.h"
#include "test_random.h"

namespace tfwasm {

class TestGraph {
 public:
  Edge Input(const std::string& name, const Shape& shape = Shape::UnknownRank(),
             DType dtype = DType::kFloat32) {
    Node node{.name = name, .op = "Placeholder"};
    node.attrs.Set("dtype", dtype);
    node.attrs.Set("shape", shape);
    const Edge edge{.node = graph.Add(std::move(node))};
    graph.inputs.push_back({name, edge});
    return edge;
  }
  Edge Const(const Tensor& value) {
    return {.node = graph.AddConst(StrCat("const", graph.size()), value)};
  }
  Edge Const(float value) { return Const(F32({}, {value})); }
  Edge Op(const std::string& name, std::string_view op, std::vector<Edge> inputs,
          const TestAttrs& attrs = {}) {
    Node node = TestNode(op, attrs);
    node.name = name;
    node.inputs = std::move(inputs);
    return {.node = graph.Add(std::move(node))};
  }
  void Output(const std::string& name, Edge edge) { graph.outputs.push_back({name, edge}); }

  Graph graph;
};

// The outputs of the graph without any passes.
inline std::vector<Tensor> RunGraph(const Graph& graph, const std::vector<Tensor>& feeds,
                                    Environment* environment = nullptr) {
  std::vector<TensorSpec> specs;
  for (const Tensor& feed : feeds) specs.push_back({feed.dtype(), feed.shape()});
  NodeStates states(static_cast<size_t>(graph.size()));
  Plan plan(graph, specs, states, environment);
  const auto arena = Buffer::Allocate(DType::kBool, plan.arena_bytes());
  return plan.Run(feeds, arena->data(), nullptr);
}

inline void ExpectSameOutputs(const Graph& before, const Graph& after,
                              const std::vector<Tensor>& feeds) {
  const std::vector<Tensor> expected = RunGraph(before, feeds);
  const std::vector<Tensor> actual = RunGraph(after, feeds);
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) ExpectTensor(actual[i], expected[i], 3e-5f);
}

using PassFunction = bool (*)(Graph&);

// The pass must turn the text `before` into `after`, change nothing in a second run, and keep the
// outputs for `feeds` (one per input).
inline void ExpectRewrite(const TestGraph& test, PassFunction pass, std::string_view before,
                          std::string_view after, const std::vector<Tensor>& feeds) {
  Graph graph = test.graph;
  CHECK(GraphText(graph) == before);
  CHECK(pass(graph));
  CHECK(GraphText(graph) == after);
  ExpectSameOutputs(test.graph, graph, feeds);
  RemoveDeadNodes(graph);
  CHECK_FALSE(pass(graph));
  CHECK(GraphText(graph) == after);
}

inline void ExpectUnchanged(const TestGraph& test, PassFunction pass) {
  Graph graph = test.graph;
  const std::string before = GraphText(graph);
  CHECK_FALSE(pass(graph));
  CHECK(GraphText(graph) == before);
}

}  // namespace tfwasm
