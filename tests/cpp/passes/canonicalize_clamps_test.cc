// SPDX-License-Identifier: Apache-2.0
#include "passes/canonicalize_clamps.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

// The exact bounds, values beyond them, and special floats.
Tensor Extremes() { return F32({3, 4}, {-kInf, -7, -2, -1, -0.5, 0, 0.5, 1, 2, 6, 7, kInf}); }

TEST_CASE("canonicalize_clamps makes one Relu6 of the chain that Keras writes") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge relu = test.Op("relu", "Relu", {x});
  const Edge upper = test.Op("upper", "Minimum", {relu, test.Const(6)});
  test.Output("y", test.Op("lower", "Maximum", {upper, test.Const(0)}));
  ExpectRewrite(test, CanonicalizeClamps,
                "relu = Relu(x)\n"
                "upper = Minimum(relu, 6)\n"
                "lower = Maximum(upper, 0)\n"
                "-> y: lower\n",
                "lower = Relu6(x)\n"
                "-> y: lower\n",
                {Extremes()});
}

// A chain of ops with one constant each (Relu and Relu6 have none), and the expected result.
struct Case {
  std::vector<std::pair<std::string_view, float>> chain;
  std::string_view after;
  bool changes = true;
};

TEST_CASE("canonicalize_clamps gives every chain the range it has") {
  const Case cases[] = {
      {{{"Maximum", 0}}, "n0 = Relu(x)\n"},
      {{{"Minimum", 6}}, "n0 = Clamp(x) clamp_max=6 clamp_min=-Infinity\n"},
      {{{"Minimum", 2}, {"Maximum", -1}}, "n1 = Clamp(x) clamp_max=2 clamp_min=-1\n"},
      {{{"Maximum", -1}, {"Minimum", 2}}, "n1 = Clamp(x) clamp_max=2 clamp_min=-1\n"},
      {{{"Relu", 0}, {"Minimum", 6}}, "n1 = Relu6(x)\n"},
      {{{"Relu6", 0}, {"Minimum", 1}}, "n1 = Clamp(x) clamp_max=1 clamp_min=0\n"},
      {{{"Relu6", 0}, {"Relu", 0}}, "n1 = Relu6(x)\n"},
      {{{"Relu", 0}, {"Relu", 0}, {"Relu", 0}}, "n2 = Relu(x)\n"},
      // Bounds that cross: the last op wins.
      {{{"Minimum", -1}, {"Maximum", 2}}, "n1 = Clamp(x) clamp_max=2 clamp_min=2\n"},
      {{{"Maximum", 2}, {"Minimum", -1}}, "n1 = Clamp(x) clamp_max=-1 clamp_min=-1\n"},
      {{{"Relu", 0}}, "n0 = Relu(x)\n", false},
      {{{"Minimum", kNan}}, "n0 = Minimum(x, NaN)\n", false},
  };
  for (const Case& c : cases) {
    TestGraph test;
    Edge edge = test.Input("x");
    for (size_t i = 0; i < c.chain.size(); ++i) {
      const auto& [op, bound] = c.chain[i];
      std::vector<Edge> inputs = {edge};
      if (op.starts_with('M')) inputs.push_back(test.Const(bound));
      edge = test.Op(StrCat('n', i), op, inputs);
    }
    test.Output("y", edge);
    Graph graph = test.graph;
    CHECK(CanonicalizeClamps(graph) == c.changes);
    const std::string text = GraphText(graph);
    CHECK(text.substr(0, text.find("->")) == c.after);
    ExpectSameOutputs(test.graph, graph, {Extremes()});
  }
}

TEST_CASE("canonicalize_clamps turns ClipByValue with constant bounds into Clamp") {
  TestGraph test;
  const Edge x = test.Input("x");
  test.Output("y", test.Op("clip", "ClipByValue", {x, test.Const(-1), test.Const(1)}));
  ExpectRewrite(test, CanonicalizeClamps, "clip = ClipByValue(x, -1, 1)\n-> y: clip\n",
                "clip = Clamp(x) clamp_max=1 clamp_min=-1\n-> y: clip\n", {Extremes()});
}

TEST_CASE("canonicalize_clamps does not skip a clamp that is read elsewhere") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge relu = test.Op("relu", "Relu", {x});
  test.Output("y", test.Op("upper", "Minimum", {relu, test.Const(1)}));
  test.Output("relu", relu);
  ExpectRewrite(test, CanonicalizeClamps,
                "relu = Relu(x)\nupper = Minimum(relu, 1)\n-> y: upper\n-> relu: relu\n",
                "relu = Relu(x)\nupper = Clamp(relu) clamp_max=1 clamp_min=-Infinity\n"
                "-> y: upper\n-> relu: relu\n",
                {Extremes()});
}

TEST_CASE("canonicalize_clamps leaves bounds that broadcast, or are not float32 constants") {
  TestGraph test;
  const Edge x = test.Input("x");
  test.Output("row", test.Op("row", "Minimum", {x, test.Const(F32({4}, {1, 2, 3, 4}))}));
  test.Output("one", test.Op("one", "Minimum", {x, test.Const(F32({1}, {1}))}));
  test.Output("self", test.Op("self", "Maximum", {x, x}));
  test.Output("int", test.Op("int", "Maximum", {x, test.Const(I32({}, {1}))}));
  test.Output("crossed", test.Op("crossed", "ClipByValue", {x, test.Const(2), test.Const(1)}));
  ExpectUnchanged(test, CanonicalizeClamps);
}

}  // namespace
}  // namespace tfwasm
