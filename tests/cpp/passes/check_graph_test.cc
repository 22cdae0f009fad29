// SPDX-License-Identifier: Apache-2.0
#include "passes/check_graph.h"

#include "passes/pass_test.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

// Three nodes and an output, all sound.
TestGraph SoundGraph() {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge y = test.Op("y", "Relu", {x});
  test.Output("z", test.Op("z", "AddV2", {x, y}));
  return test;
}

void Spoil(Graph& graph, int fault) {
  const NodeId y = graph.Find("y");
  Node& z = graph.node(graph.Find("z"));
  switch (fault) {
    case 0:
      return graph.Remove(y);
    case 1:
      z.inputs[0].output = 1;
      break;
    case 2:
      z.inputs[0].node = kNoNode;
      break;
    case 3:
      z.inputs[1].node = 17;
      break;
    case 4:
      z.inputs[1] = z.inputs[0];
      z.control_inputs = {y};
      return graph.Remove(y);
    case 5:
      graph.outputs[0].edge.output = 1;
      break;
    default:
      graph.inputs[0].edge = {.node = y, .output = -1};
  }
}

TEST_CASE("a broken graph is found") {
  const char* const faults[] = {"'z' reads a removed node",     "'z' reads output 1 of 'x'",
                                "'z' reads node -1 of 3",       "'z' reads node 17 of 3",
                                "'z' waits for a removed node", "'z' reads output 1 of 'z'",
                                "'x' reads output -1 of 'y'"};
  CHECK(FindFault(SoundGraph().graph).empty());
  for (int i = 0; i < static_cast<int>(std::size(faults)); ++i) {
    TestGraph test = SoundGraph();
    Spoil(test.graph, i);
    CHECK(FindFault(test.graph) == faults[i]);
  }
}

#ifndef NDEBUG
TEST_CASE("a pass that breaks a graph or a function is named, once, and only for its own faults") {
  TestGraph test = SoundGraph();
  FunctionMap functions;
  functions["f"].body = SoundGraph().graph;
  const GraphChecker checker(test.graph, &functions);
  checker.CheckAfter("good");
  Spoil(functions["f"].body, 0);
  CHECK(ErrorOf([&] { checker.CheckAfter("bad"); }) ==
        "E_INTERNAL after the pass bad, 'z' reads a removed node");
  // Broken before.
  GraphChecker(test.graph, &functions).CheckAfter("other");
}
#endif

}  // namespace
}  // namespace tfwasm
