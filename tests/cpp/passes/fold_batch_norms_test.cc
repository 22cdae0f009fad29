// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_batch_norms.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

const TestAttrs kSame = {{"padding", "SAME"}, {"strides", {1, 1, 1, 1}}};
const Tensor kImage = RandomF32({2, 5, 4, 3}, 7);

Tensor Statistics(uint32_t seed, int64_t channels) { return RandomF32({channels}, seed); }
Tensor Variances(int64_t channels) {
  return MakeF32({channels}, [](size_t i) { return 0.1 + 0.3 * static_cast<double>(i); });
}

Edge BatchNorm(TestGraph& test, Edge input, int64_t channels) {
  return test.Op("norm", "FusedBatchNormV3",
                 {input, test.Const(Statistics(1, channels)), test.Const(Statistics(2, channels)),
                  test.Const(Statistics(3, channels)), test.Const(Variances(channels))},
                 {{"epsilon", 0.01}, {"is_training", false}});
}

TEST_CASE("fold_batch_norms folds FusedBatchNorm into filter and bias") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "Conv2D", {x, test.Const(RandomF32({3, 3, 3, 8}))}, kSame);
  test.Output("y", BatchNorm(test, conv, 8));
  ExpectRewrite(test, FoldBatchNorms,
                "conv = Conv2D(x, float32[3,3,3,8]) padding=SAME strides=[1,1,1,1]\n"
                "norm = FusedBatchNormV3(conv, float32[8], float32[8], float32[8], float32[8]) "
                "epsilon=0.009999999776482582 is_training=false\n"
                "-> y: norm\n",
                "norm = _FusedConv2D(x, float32[3,3,3,8], float32[8]) fused_ops=[BiasAdd] "
                "num_args=1 padding=SAME strides=[1,1,1,1]\n"
                "-> y: norm\n",
                {kImage});
}

TEST_CASE("fold_batch_norms folds the sums and products that converters write instead") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge conv = test.Op("conv", "FusedDepthwiseConv2dNative",
                            {x, test.Const(RandomF32({3, 3, 3, 2})), test.Const(Statistics(4, 6))},
                            {{"fused_ops", std::vector<std::string>{"BiasAdd"}},
                             {"padding", "SAME"},
                             {"strides", {1, 1, 1, 1}}});
  const Edge scale = test.Const(RandomF32({1, 1, 1, 6}, 9));
  const Edge product = test.Op("product", "Mul", {scale, conv});
  const Edge sum = test.Op("sum", "AddV2", {product, test.Const(Statistics(5, 6))});
  const Edge halved = test.Op("halved", "RealDiv", {sum, test.Const(2)});
  test.Output("y", test.Op("less", "Sub", {halved, test.Const(F32({1}, {3}))}));
  ExpectRewrite(test, FoldBatchNorms,
                "conv = FusedDepthwiseConv2dNative(x, float32[3,3,3,2], float32[6]) "
                "fused_ops=[BiasAdd] padding=SAME strides=[1,1,1,1]\n"
                "product = Mul(float32[1,1,1,6], conv)\n"
                "sum = AddV2(product, float32[6])\n"
                "halved = RealDiv(sum, 2)\n"
                "less = Sub(halved, [3])\n"
                "-> y: less\n",
                "less = FusedDepthwiseConv2dNative(x, float32[3,3,3,2], float32[6]) "
                "fused_ops=[BiasAdd] num_args=1 padding=SAME strides=[1,1,1,1]\n"
                "-> y: less\n",
                {kImage});
}

// A product with 6 channels and no bias.
struct Product {
  std::string_view op;
  Shape input;
  Shape filter;
  TestAttrs attrs;
};

const Product kProducts[] = {
    {"Conv2D", {2, 5, 4, 3}, {2, 2, 3, 6}, kSame},
    {"DepthwiseConv2dNative", {2, 5, 4, 3}, {2, 2, 3, 2}, kSame},
    {"MatMul", {5, 4}, {4, 6}, {}},
    {"MatMul", {5, 4}, {6, 4}, {{"transpose_b", true}}},
};

struct Follower {
  std::string_view op;
  Tensor constant;
  bool is_left = false;
  bool folds = true;
};

TEST_CASE("fold_batch_norms folds what acts on each channel, and nothing else") {
  const Tensor row = RandomF32({6}, 3);
  const Follower followers[] = {
      {"Mul", row},
      {"Mul", row, true},
      {"Mul", F32({}, {2})},
      {"Mul", RandomF32({1, 6}, 4)},
      {"RealDiv", row},
      {"RealDiv", row, true, false},
      {"Sub", row},
      {"Sub", row, true},
      {"AddV2", F32({}, {2})},
      {"AddV2", row, false, false},  // a plain bias is left to be fused
      {"RealDiv", F32({}, {0}), false, false},
      {"Mul", F32({}, {kInf}), false, false},
      {"Mul", RandomF32({1, 1, 1, 1, 6}), false, false},
      {"Mul", RandomF32({5, 1}), false, false},
      {"Maximum", row, false, false},
  };
  for (const Product& p : kProducts) {
    for (const Follower& f : followers) {
      CAPTURE(p.op);
      CAPTURE(f.op);
      CAPTURE(f.constant.shape().ToString());
      TestGraph test;
      const Edge x = test.Input("x");
      const Edge product = test.Op("p", p.op, {x, test.Const(RandomF32(p.filter))}, p.attrs);
      std::vector<Edge> inputs = {product, test.Const(f.constant)};
      if (f.is_left) std::swap(inputs[0], inputs[1]);
      test.Output("y", test.Op("y", f.op, inputs));
      Graph graph = test.graph;
      // The five rows match a matrix with 5 rows; images are 5 high, not 5 wide.
      if (f.constant.shape() == Shape({5, 1}) && p.op != "MatMul") continue;
      CHECK(FoldBatchNorms(graph) == f.folds);
      CHECK((graph.node(graph.Find("y")).op != f.op) == f.folds);
      if (f.folds) ExpectSameOutputs(test.graph, graph, {RandomF32(p.input, 5)});
    }
  }
}

using Builder = void (*)(TestGraph&, Edge conv);

TEST_CASE("fold_batch_norms leaves products whose result is seen elsewhere or not linear") {
  const Builder builders[] = {
      // Two consumers.
      [](TestGraph& g, Edge conv) {
        g.Output("y", g.Op("y", "Mul", {conv, g.Const(2)}));
        g.Output("conv", conv);
      },
      [](TestGraph& g, Edge conv) { g.Output("y", g.Op("y", "Mul", {conv, conv})); },
      // An activation in between.
      [](TestGraph& g, Edge conv) {
        const Edge relu = g.Op("relu", "_FusedConv2D", g.graph.node(conv.node).inputs,
                               {{"fused_ops", std::vector<std::string>{"Relu"}},
                                {"padding", "SAME"},
                                {"strides", {1, 1, 1, 1}}});
        g.Output("y", g.Op("y", "Mul", {relu, g.Const(2)}));
      },
      // The factor is not constant.
      [](TestGraph& g, Edge conv) {
        g.Output("y", g.Op("y", "Mul", {conv, g.Op("factor", "Neg", {g.Const(2)})}));
      },
      // The batch statistics are read.
      [](TestGraph& g, Edge conv) {
        const Edge norm = BatchNorm(g, conv, 6);
        g.Output("y", norm);
        g.Output("mean", {norm.node, 1});
      },
      [](TestGraph& g, Edge conv) {
        const Edge norm = BatchNorm(g, conv, 6);
        g.graph.node(norm.node).attrs.Set("is_training", true);
        g.Output("y", norm);
      },
  };
  for (const Builder build : builders) {
    TestGraph test;
    const Edge x = test.Input("x");
    build(test, test.Op("conv", "Conv2D", {x, test.Const(RandomF32({2, 2, 3, 6}))}, kSame));
    ExpectUnchanged(test, FoldBatchNorms);
  }
}

TEST_CASE("fold_batch_norms does not touch a filter that others use too") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge filter = test.Const(RandomF32({1, 1, 3, 3}));
  const Edge a = test.Op("a", "Conv2D", {x, filter}, kSame);
  const Edge b = test.Op("b", "Conv2D", {x, filter}, kSame);
  test.Output("scaled", test.Op("scaled", "Mul", {a, test.Const(2)}));
  test.Output("b", b);
  test.Output("filter", filter);
  ExpectRewrite(test, FoldBatchNorms,
                "a = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "scaled = Mul(a, 2)\n"
                "b = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "-> scaled: scaled\n-> b: b\n-> filter: float32[1,1,3,3]\n",
                "scaled = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "b = Conv2D(x, float32[1,1,3,3]) padding=SAME strides=[1,1,1,1]\n"
                "-> scaled: scaled\n-> b: b\n-> filter: float32[1,1,3,3]\n",
                {kImage});
}

}  // namespace
}  // namespace tfwasm
