// SPDX-License-Identifier: Apache-2.0
#include "passes/optimize.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

const TestAttrs kSame = {{"padding", "SAME"}, {"strides", {1, 1, 1, 1}}};

void ExpectOptimized(const TestGraph& test, std::string_view after,
                     const std::vector<Tensor>& feeds) {
  Graph graph = test.graph;
  Optimize(graph);
  CHECK(GraphText(graph) == after);
  ExpectSameOutputs(test.graph, graph, feeds);
  for (const Pass& pass : AllPasses()) {
    CAPTURE(pass.name);
    CHECK_FALSE(pass.run(graph));
  }
}

TEST_CASE("Optimize makes one clamped convolution of each block of MobileNet") {
  TestGraph test;
  Edge x = test.Input("x");
  const Edge filter = test.Const(RandomF32({3, 3, 3, 2}));
  x = test.Op("conv", "DepthwiseConv2dNative", {x, filter}, kSame);
  x = test.Op("scaled", "Mul", {x, test.Const(RandomF32({6}, 2))});
  x = test.Op("shifted", "Add", {x, test.Const(RandomF32({6}, 3))});
  x = test.Op("relu", "Relu", {x});
  x = test.Op("upper", "Minimum", {x, test.Const(6)});
  x = test.Op("lower", "Maximum", {x, test.Const(0)});
  test.Output("y", test.Op("identity", "Identity", {x}));
  ExpectOptimized(test,
                  "lower = FusedDepthwiseConv2dNative(x, float32[3,3,3,2], float32[6]) "
                  "fused_ops=[BiasAdd,Relu6] num_args=1 padding=SAME strides=[1,1,1,1]\n"
                  "-> y: lower\n",
                  {RandomF32({1, 6, 5, 3})});
}

TEST_CASE("Optimize folds a bias, a batch norm after it and a Pad before it") {
  TestGraph test;
  Edge x = test.Input("x");
  const Tensor paddings = I32({4, 2}, {0, 0, 0, 1, 0, 1, 0, 0});
  x = test.Op("pad", "Pad", {x, test.Const(paddings)});
  x = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({3, 3, 3, 8}))},
              {{"padding", "VALID"}, {"strides", {1, 2, 2, 1}}});
  x = test.Op("bias", "BiasAdd", {x, test.Const(RandomF32({8}))});
  const Edge variance = test.Const(MakeF32({8}, [](size_t i) { return 0.5 + 0.1 * double(i); }));
  x = test.Op("norm", "FusedBatchNorm",
              {x, test.Const(RandomF32({8}, 2)), test.Const(RandomF32({8}, 3)),
               test.Const(RandomF32({8}, 4)), variance},
              {{"is_training", false}});
  const Edge gate = test.Op("gate", "Relu6", {test.Op("sum", "AddV2", {x, test.Const(3)})});
  const Edge sigmoid = test.Op("sigmoid", "Mul", {gate, test.Const(1.0f / 6)});
  test.Output("y", test.Op("swish", "Mul", {x, sigmoid}));
  ExpectOptimized(test,
                  "swish = _FusedConv2D(x, float32[3,3,3,8], float32[8]) "
                  "explicit_paddings=[0,0,0,1,0,1,0,0] fused_ops=[BiasAdd,HardSwish] num_args=1 "
                  "padding=EXPLICIT strides=[1,2,2,1]\n"
                  "-> y: swish\n",
                  {RandomF32({1, 6, 5, 3})});
}

TEST_CASE("Optimize makes two nodes of a residual block that TensorFlow's optimizer reordered") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({1, 1, 3, 3}))}, kSame);
  const Edge sum = test.Op("sum", "AddV2", {conv, x});
  const Edge biased = test.Op("biased", "AddV2", {test.Const(F32({3}, {1, 2, 3})), sum});
  test.Output("y", test.Op("relu", "Relu", {biased}));
  ExpectOptimized(test,
                  "conv/biased = _FusedConv2D(x, float32[1,1,3,3], "
                  "[1,2,3]) "
                  "fused_ops=[BiasAdd] num_args=1 padding=SAME strides=[1,1,1,1]\n"
                  "relu = AddRelu(conv/biased, x)\n"
                  "-> y: relu\n",
                  {RandomF32({1, 6, 5, 3})});
}

TEST_CASE("Optimize keeps intermediate outputs as they were") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({1, 1, 3, 8}))}, kSame);
  const Edge bias = test.Op("bias", "BiasAdd", {conv, test.Const(RandomF32({8}))});
  const Edge relu = test.Op("relu", "Relu", {bias});
  const Edge identity = test.Op("identity", "Identity", {relu});
  test.Output("y", test.Op("upper", "Minimum", {identity, test.Const(1)}));
  test.Output("identity", identity);
  test.Output("bias", bias);
  test.Output("x", x);
  test.Output("one", test.Op("one", "Neg", {test.Const(-1)}));
  ExpectOptimized(test,
                  "bias = _FusedConv2D(x, float32[1,1,3,8], float32[8]) fused_ops=[BiasAdd] "
                  "num_args=1 padding=SAME strides=[1,1,1,1]\n"
                  "relu = Relu(bias)\n"
                  "upper = Clamp(relu) clamp_max=1 clamp_min=-Infinity\n"
                  "-> y: upper\n-> identity: relu\n-> bias: bias\n-> x: x\n-> one: 1\n",
                  {RandomF32({1, 4, 4, 3})});
}

TEST_CASE("Optimize walks long chains and leaves no removed node behind") {
  TestGraph test;
  Edge x = test.Input("x");
  for (int i = 0; i < 5000; ++i) {
    x = test.Op(StrCat("a", i), "AddV2", {x, test.Const(static_cast<float>(i + 1))});
    x = test.Op(StrCat("b", i), "Identity", {x});
  }
  test.Output("y", x);
  Graph graph = test.graph;
  Optimize(graph);
  CHECK(graph.size() == 10001);
  for (NodeId id = 0; id < graph.size(); ++id) CHECK_FALSE(graph.IsRemoved(id));
}

TEST_CASE("Optimize leaves malformed nodes for the planner to complain about") {
  TestGraph test;
  const Edge x = test.Input("x");
  const std::string_view ops[] = {"Conv2D",    "_FusedConv2D", "MatMul",      "Pad",
                                  "Relu",      "Minimum",      "ClipByValue", "Mul",
                                  "Reshape",   "Cast",         "Transpose",   "FusedBatchNormV3",
                                  "HardSwish", "Clamp",        "BiasAdd",     "ConcatV2",
                                  "AddN",      "IdentityN",    "Prelu",       "NoSuchOp"};
  const TestAttrs wrong = {{"padding", 1},     {"fused_ops", 1},  {"data_format", 2},
                           {"SrcT", "x"},      {"epsilon", "x"},  {"clamp_min", "x"},
                           {"transpose_b", 1}, {"is_training", 1}};
  int count = 0;
  for (const std::string_view op : ops) {
    for (const size_t inputs : {0, 1, 2, 5}) {
      const std::vector<Edge> edges(inputs, Edge{x.node, inputs == 5 ? 7 : 0});
      const Edge node = test.Op(StrCat("n", count), op, edges, wrong);
      const Edge relu = test.Op(StrCat("r", count), "Relu", {node});
      test.Output(StrCat("y", count++), test.Op(StrCat("m", count), "Mul", {relu, test.Const(2)}));
    }
  }
  Graph graph = test.graph;
  Optimize(graph);
  CHECK(graph.outputs.size() == test.graph.outputs.size());
}

}  // namespace
}  // namespace tfwasm
