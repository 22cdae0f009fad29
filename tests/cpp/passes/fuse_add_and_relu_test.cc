// SPDX-License-Identifier: Apache-2.0
#include "passes/fuse_add_and_relu.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

TEST_CASE("fuse_add_and_relu makes one node of a residual sum and its Relu") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge r = test.Input("r");
  test.Output("y", test.Op("relu", "Relu", {test.Op("sum", "AddV2", {x, r})}));
  ExpectRewrite(test, FuseAddAndRelu, "sum = AddV2(x, r)\nrelu = Relu(sum)\n-> y: relu\n",
                "relu = AddRelu(x, r)\n-> y: relu\n", {RandomF32({3, 40}), RandomF32({40}, 2)});
}

TEST_CASE("fuse_add_and_relu works on integers and keeps NaN") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge r = test.Input("r");
  test.Output("y", test.Op("relu", "Relu", {test.Op("sum", "AddV2", {x, r})}));
  Graph graph = test.graph;
  CHECK(FuseAddAndRelu(graph));
  ExpectTensor(RunGraph(graph, {F32({3}, {kNan, 1, -3}), F32({1}, {2})})[0],
               F32({3}, {kNan, 3, 0}));
  for (NamedEdge& input : graph.inputs) {
    graph.node(input.edge.node).attrs.Set("dtype", DType::kInt32);
  }
  ExpectTensor(RunGraph(graph, {I32({2}, {5, -9}), I32({1}, {2})})[0], I32({2}, {7, 0}));
}

TEST_CASE("fuse_add_and_relu leaves biases, and sums that others read") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge r = test.Input("r");
  test.Output("a", test.Op("a", "Relu", {test.Op("bias", "AddV2", {x, test.Const(1)})}));
  const Edge sum = test.Op("sum", "AddV2", {x, r});
  test.Output("b", test.Op("b", "Relu", {sum}));
  test.Output("sum", sum);
  test.Output("c", test.Op("c", "Relu6", {test.Op("product", "Mul", {x, r})}));
  ExpectUnchanged(test, FuseAddAndRelu);
}

}  // namespace
}  // namespace tfwasm
