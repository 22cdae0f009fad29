// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_dead_nodes.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

std::vector<std::string> LiveNames(const Graph& graph) {
  std::vector<std::string> names;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!graph.IsRemoved(id)) names.push_back(graph.node(id).name);
  }
  return names;
}

TEST_CASE("remove_dead_nodes keeps what outputs and their control inputs need, and all inputs") {
  TestGraph test;
  const Edge x = test.Input("x");
  test.Input("unused");
  const Edge a = test.Op("a", "Neg", {x});
  const Edge dead = test.Op("dead", "Neg", {a});
  test.Op("dead_too", "Neg", {dead});
  const Edge first = test.Op("first", "Neg", {x});
  test.graph.node(a.node).control_inputs = {first.node};
  test.Output("y", a);

  Graph graph = test.graph;
  CHECK(LiveNames(graph) ==
        std::vector<std::string>{"x", "unused", "a", "dead", "dead_too", "first"});
  CHECK(RemoveDeadNodes(graph));
  CHECK(LiveNames(graph) == std::vector<std::string>{"x", "unused", "a", "first"});
  CHECK_FALSE(RemoveDeadNodes(graph));
  const std::vector<Tensor> feeds = {RandomF32({3}), RandomF32({1})};
  ExpectSameOutputs(test.graph, graph, feeds);
  graph.Compact();
  ExpectSameOutputs(test.graph, graph, feeds);
}

}  // namespace
}  // namespace tfwasm
