// SPDX-License-Identifier: Apache-2.0
#include "passes/recognize_hard_swish.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

constexpr float kSixth = 1.0f / 6;

TEST_CASE("recognize_hard_swish finds the form of MobileNetV3") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge scaled = test.Op("scaled", "Mul", {test.Const(kSixth), x});
  const Edge sum = test.Op("sum", "AddV2", {x, test.Const(3)});
  const Edge gate = test.Op("gate", "Relu6", {sum});
  test.Output("y", test.Op("product", "Mul", {scaled, gate}));
  ExpectRewrite(test, RecognizeHardSwish,
                "scaled = Mul(0.1666666716337204, x)\n"
                "sum = AddV2(x, 3)\n"
                "gate = Relu6(sum)\n"
                "product = Mul(scaled, gate)\n"
                "-> y: product\n",
                "product = HardSwish(x)\n"
                "-> y: product\n",
                {RandomF32({5, 7})});
}

TEST_CASE("recognize_hard_swish keeps a scale that is not quite 1/6") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge gate = test.Op("gate", "Relu6", {test.Op("sum", "AddV2", {x, test.Const(3)})});
  const Edge product = test.Op("product", "Mul", {x, gate});
  test.Output("y", test.Op("scaled", "Mul", {product, test.Const(0.1666259765625f)}));
  ExpectRewrite(test, RecognizeHardSwish,
                "sum = AddV2(x, 3)\n"
                "gate = Relu6(sum)\n"
                "product = Mul(x, gate)\n"
                "scaled = Mul(product, 0.1666259765625)\n"
                "-> y: scaled\n",
                "scaled = HardSwish(x) hardswish_scale=0.1666259765625\n"
                "-> y: scaled\n",
                {RandomF32({5, 7})});
}

using Builder = Edge (*)(TestGraph&, Edge x);

TEST_CASE("recognize_hard_swish finds other ways to write it") {
  const Builder builders[] = {
      // x * (relu6(x + 3) / 6)
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "Add", {g.Const(3), x})});
        return g.Op("y", "Mul", {x, g.Op("sigmoid", "RealDiv", {gate, g.Const(6)})});
      },
      // (relu6(x + 3) * 1/6) * x
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        return g.Op("y", "Mul", {g.Op("sigmoid", "Mul", {gate, g.Const(kSixth)}), x});
      },
      // x * relu6(x + 3) / 6
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        return g.Op("y", "RealDiv", {g.Op("product", "Mul", {gate, x}), g.Const(6)});
      },
      // x * clip(x / 6 + 0.5, 0, 1)
      [](TestGraph& g, Edge x) {
        const Edge sixth = g.Op("sixth", "Mul", {x, g.Const(kSixth)});
        const Edge sum = g.Op("sum", "AddV2", {sixth, g.Const(0.5)});
        const Edge gate = g.Op("gate", "Clamp", {sum}, {{"clamp_min", 0.0}, {"clamp_max", 1.0}});
        return g.Op("y", "Mul", {x, gate});
      },
  };
  for (const Builder build : builders) {
    TestGraph test;
    test.Output("y", build(test, test.Input("x")));
    Graph graph = test.graph;
    CHECK(RecognizeHardSwish(graph));
    CHECK(GraphText(graph) == "y = HardSwish(x)\n-> y: y\n");
    ExpectSameOutputs(test.graph, graph, {RandomF32({5, 7})});
  }
}

TEST_CASE("recognize_hard_swish leaves what is not one") {
  const Builder builders[] = {
      // A wrong offset.
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(2)})});
        return g.Op("y", "Mul", {x, gate});
      },
      // A wrong bound.
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        return g.Op("y", "Mul", {x, gate});
      },
      // A gate on another tensor: squeeze and excitation.
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        return g.Op("y", "Mul", {g.Op("other", "Neg", {x}), gate});
      },
      // The gate is also an output.
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        g.Output("gate", gate);
        return g.Op("y", "Mul", {x, gate});
      },
      // The constant broadcasts.
      [](TestGraph& g, Edge x) {
        const Edge three = g.Const(F32({1, 1, 1}, {3}));
        return g.Op("y", "Mul", {x, g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, three})})});
      },
      // x * x * gate
      [](TestGraph& g, Edge x) {
        const Edge gate = g.Op("gate", "Relu6", {g.Op("sum", "AddV2", {x, g.Const(3)})});
        return g.Op("y", "Mul", {x, g.Op("product", "Mul", {x, gate})});
      },
  };
  for (const Builder build : builders) {
    TestGraph test;
    const Edge y = build(test, test.Input("x"));
    test.Output("y", y);
    Graph graph = test.graph;
    RecognizeHardSwish(graph);
    const std::string text = GraphText(graph);
    CAPTURE(text);
    CHECK(graph.node(y.node).op == "Mul");
    ExpectSameOutputs(test.graph, graph, {RandomF32({5, 7})});
  }
}

}  // namespace
}  // namespace tfwasm
