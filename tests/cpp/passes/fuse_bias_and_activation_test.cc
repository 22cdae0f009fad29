// SPDX-License-Identifier: Apache-2.0
#include "passes/fuse_bias_and_activation.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

const TestAttrs kSame = {{"padding", "SAME"}, {"strides", {1, 1, 1, 1}}};
const Tensor kImage = RandomF32({2, 5, 4, 3}, 7);

TEST_CASE("fuse_bias_and_activation makes one node of a convolution, its bias and its Relu") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({3, 3, 3, 8}))}, kSame);
  const Edge bias = test.Op("bias", "BiasAdd", {conv, test.Const(RandomF32({8}))});
  test.Output("y", test.Op("relu", "Relu", {bias}));
  ExpectRewrite(test, FuseBiasAndActivation,
                "conv = Conv2D(x, float32[3,3,3,8]) padding=SAME strides=[1,1,1,1]\n"
                "bias = BiasAdd(conv, float32[8])\n"
                "relu = Relu(bias)\n"
                "-> y: relu\n",
                "relu = _FusedConv2D(x, float32[3,3,3,8], float32[8]) fused_ops=[BiasAdd,Relu] "
                "num_args=1 padding=SAME strides=[1,1,1,1]\n"
                "-> y: relu\n",
                {kImage});
}

TEST_CASE("fuse_bias_and_activation takes an Add of any shape that is one number a channel") {
  for (const Shape& shape : {Shape({1, 6}), Shape({6}), Shape({1, 1, 1, 6})}) {
    TestGraph test;
    const Edge x = test.Input("x");
    const Edge conv =
        test.Op("conv", "DepthwiseConv2dNative", {x, test.Const(RandomF32({3, 3, 3, 2}))}, kSame);
    const Edge sum = test.Op("sum", "AddV2", {test.Const(RandomF32(shape)), conv});
    test.Output("y", test.Op("clamp", "Clamp", {sum}, {{"clamp_min", -1.0}, {"clamp_max", 2.0}}));
    ExpectRewrite(
        test, FuseBiasAndActivation,
        StrCat("conv = DepthwiseConv2dNative(x, float32[3,3,3,2]) padding=SAME strides=[1,1,1,1]\n"
               "sum = AddV2(float32",
               shape,
               ", conv)\n"
               "clamp = Clamp(sum) clamp_max=2 clamp_min=-1\n"
               "-> y: clamp\n"),
        "clamp = FusedDepthwiseConv2dNative(x, float32[3,3,3,2], float32[6]) clamp_max=2 "
        "clamp_min=-1 fused_ops=[BiasAdd,Clamp] num_args=1 padding=SAME strides=[1,1,1,1]\n"
        "-> y: clamp\n",
        {kImage});
  }
}

struct ActivationCase {
  std::string_view op;
  TestAttrs attrs;
  std::string_view fused;  // the expected attributes
};

TEST_CASE("fuse_bias_and_activation knows every activation") {
  const ActivationCase cases[] = {
      {"Relu", {}, "fused_ops=[Relu]"},
      {"Relu6", {}, "fused_ops=[Relu6]"},
      {"Clamp", {{"clamp_max", 1.0}}, "clamp_max=1 clamp_min=-Infinity fused_ops=[Clamp]"},
      {"Elu", {}, "fused_ops=[Elu]"},
      {"LeakyRelu", {{"alpha", 0.25}}, "fused_ops=[LeakyRelu] leakyrelu_alpha=0.25"},
      {"LeakyRelu", {}, "fused_ops=[LeakyRelu]"},
      {"Sigmoid", {}, "fused_ops=[Sigmoid]"},
      {"Tanh", {}, "fused_ops=[Tanh]"},
      {"HardSwish", {}, "fused_ops=[HardSwish]"},
      {"HardSwish", {{"hardswish_scale", 0.25}}, "fused_ops=[HardSwish] hardswish_scale=0.25"},
  };
  for (const ActivationCase& c : cases) {
    CAPTURE(c.op);
    TestGraph test;
    const Edge x = test.Input("x");
    const Edge product = test.Op("product", "MatMul", {x, test.Const(RandomF32({3, 4}))});
    test.Output("y", test.Op("y", c.op, {product}, c.attrs));
    Graph graph = test.graph;
    CHECK(FuseBiasAndActivation(graph));
    CHECK(GraphText(graph) ==
          StrCat("y = _FusedMatMul(x, float32[3,4]) ", c.fused, " num_args=0\n-> y: y\n"));
    ExpectSameOutputs(test.graph, graph, {RandomF32({5, 3})});
  }
}

TEST_CASE("fuse_bias_and_activation takes the slopes of Prelu along") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({1, 1, 3, 8}))}, kSame);
  const Edge bias = test.Op("bias", "BiasAdd", {conv, test.Const(RandomF32({8}))});
  test.Output("y", test.Op("prelu", "Prelu", {bias, test.Const(RandomF32({1, 1, 8}, 3))}));
  ExpectRewrite(test, FuseBiasAndActivation,
                "conv = Conv2D(x, float32[1,1,3,8]) padding=SAME strides=[1,1,1,1]\n"
                "bias = BiasAdd(conv, float32[8])\n"
                "prelu = Prelu(bias, float32[1,1,8])\n"
                "-> y: prelu\n",
                "prelu = _FusedConv2D(x, float32[1,1,3,8], float32[8], float32[8]) "
                "fused_ops=[BiasAdd,Prelu] num_args=2 padding=SAME strides=[1,1,1,1]\n"
                "-> y: prelu\n",
                {kImage});
}

TEST_CASE("fuse_bias_and_activation joins a clamp with the one that is fused already") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "_FusedConv2D", {x, test.Const(RandomF32({1, 1, 3, 8}))},
                            {{"fused_ops", std::vector<std::string>{"relu"}},
                             {"padding", "SAME"},
                             {"strides", {1, 1, 1, 1}}});
  test.Output("y", test.Op("upper", "Minimum", {conv, test.Const(6)}));
  ExpectRewrite(
      test, FuseBiasAndActivation,
      "conv = _FusedConv2D(x, float32[1,1,3,8]) fused_ops=[relu] padding=SAME strides=[1,1,1,1]\n"
      "upper = Minimum(conv, 6)\n"
      "-> y: upper\n",
      "upper = _FusedConv2D(x, float32[1,1,3,8]) fused_ops=[Relu6] num_args=0 "
      "padding=SAME strides=[1,1,1,1]\n"
      "-> y: upper\n",
      {kImage});
}

using Builder = void (*)(TestGraph&, Edge conv);

TEST_CASE("fuse_bias_and_activation leaves what is read twice or does not fit") {
  const Builder builders[] = {
      [](TestGraph& g, Edge conv) {
        g.Output("y", g.Op("y", "Relu", {conv}));
        g.Output("conv", conv);
      },
      [](TestGraph& g, Edge conv) {
        g.Output("y", g.Op("y", "Relu", {conv}));
        g.Output("z", g.Op("z", "Sigmoid", {conv}));
      },
      [](TestGraph& g, Edge conv) {  // a bias per pixel
        g.Output("y", g.Op("y", "AddV2", {conv, g.Const(RandomF32({4, 8}))}));
      },
      [](TestGraph& g, Edge conv) {  // higher rank than the convolution
        g.Output("y", g.Op("y", "AddV2", {conv, g.Const(RandomF32({1, 1, 1, 1, 8}))}));
      },
      [](TestGraph& g, Edge conv) {  // slopes per pixel
        g.Output("y", g.Op("y", "Prelu", {conv, g.Const(RandomF32({5, 4, 8}))}));
      },
      [](TestGraph& g, Edge conv) {  // a residual
        g.Output("y", g.Op("y", "AddV2", {conv, g.Op("z", "Neg", {g.Input("r")})}));
      },
      [](TestGraph& g, Edge conv) {  // depends on a side effect
        const Edge y = g.Op("y", "Relu", {conv});
        g.graph.node(conv.node).control_inputs = {g.Op("e", "NoSuchOp", {}).node};
        g.Output("y", y);
      },
  };
  for (const Builder build : builders) {
    TestGraph test;
    const Edge x = test.Input("x");
    build(test, test.Op("conv", "Conv2D", {x, test.Const(RandomF32({1, 1, 3, 8}))}, kSame));
    ExpectUnchanged(test, FuseBiasAndActivation);
  }
}

TEST_CASE("fuse_bias_and_activation leaves nodes with attributes it does not understand") {
  const TestAttrs cases[] = {
      {{"data_format", "NCHW"}},
      {{"data_format", 3}},
      {{"fused_ops", std::vector<std::string>{"FusedBatchNorm"}}},
      {{"fused_ops", std::vector<std::string>{"BiasAdd", "BiasAdd"}}},
      {{"fused_ops", std::vector<std::string>{"Relu", "BiasAdd"}}},
      {{"fused_ops", std::vector<std::string>{"Gelu"}}},
      {{"fused_ops", std::vector<std::string>{"BiasAdd"}}},  // but the input is missing
      {{"fused_ops", 1.5}},
      {{"fused_ops", std::vector<std::string>{"Clamp"}}, {"clamp_min", 2.0}, {"clamp_max", 1.0}},
  };
  for (const TestAttrs& attrs : cases) {
    TestGraph test;
    const Edge x = test.Input("x");
    const Edge filter = test.Const(RandomF32({1, 1, 3, 8}));
    test.Output("y", test.Op("y", "Relu", {test.Op("conv", "_FusedConv2D", {x, filter}, attrs)}));
    ExpectUnchanged(test, FuseBiasAndActivation);
  }
}

}  // namespace
}  // namespace tfwasm
