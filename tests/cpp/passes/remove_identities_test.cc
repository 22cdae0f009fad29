// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_identities.h"

#include "passes/pass_test.h"

namespace tfwasm {
namespace {

TEST_CASE("remove_identities lets consumers and outputs read what was passed on") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge a = test.Op("a", "Identity", {x});
  const Edge b = test.Op("b", "StopGradient", {a});
  const Edge c = test.Op("c", "Neg", {b});
  test.Output("y", test.Op("d", "Identity", {c}));
  test.Output("z", b);
  ExpectRewrite(test, RemoveIdentities,
                "a = Identity(x)\n"
                "b = StopGradient(a)\n"
                "c = Neg(b)\n"
                "d = Identity(c)\n"
                "-> y: d\n"
                "-> z: b\n",
                "c = Neg(x)\n"
                "-> y: c\n"
                "-> z: x\n",
                {RandomF32({2, 3})});
}

// A node with input 0 `x`, and whether the pass removes it.
struct Case {
  std::string_view op;
  std::vector<Tensor> constants;
  TestAttrs attrs = {};
  bool goes = true;
  bool constants_first = false;
};

TEST_CASE("remove_identities knows which nodes change nothing") {
  const Tensor zero = F32({}, {0});
  const Tensor one = F32({}, {1});
  const Tensor two = F32({}, {2});
  const Tensor axis = I32({}, {0});
  const Case cases[] = {
      {"Mul", {one}},
      {"Mul", {one}, {}, true, true},
      {"Mul", {two}, {}, false},
      {"Mul", {F32({1, 1, 1}, {1})}, {}, false},  // raises the rank to 3
      {"AddV2", {zero}},
      {"Add", {zero}, {}, true, true},
      {"Add", {one}, {}, false},
      {"Sub", {zero}},
      {"Sub", {zero}, {}, false, true},
      {"RealDiv", {one}},
      {"RealDiv", {one}, {}, false, true},
      {"Transpose", {I32({2}, {0, 1})}},
      {"Transpose", {I32({2}, {1, 0})}, {}, false},
      {"Pad", {I32({2, 2}, {0, 0, 0, 0})}},
      {"Pad", {I32({2, 2}, {0, 0, 1, 0})}, {}, false},
      {"PadV2", {I32({2, 2}, {0, 0, 0, 0}), two}},
      {"ConcatV2", {axis}},
      {"Concat", {axis}, {}, true, true},
      {"AddN", {}},
      {"Cast", {}, {{"SrcT", DType::kFloat32}, {"DstT", DType::kFloat32}}},
      {"Cast", {}, {{"SrcT", DType::kFloat32}, {"DstT", DType::kInt32}}, false},
      {"Reshape", {I32({2}, {3, 2})}, {}, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.op);
    CAPTURE(c.constants_first);
    TestGraph test;
    std::vector<Edge> inputs = {test.Input("x")};
    for (const Tensor& constant : c.constants) inputs.push_back(test.Const(constant));
    if (c.constants_first) std::reverse(inputs.begin(), inputs.end());
    test.Output("y", test.Op("node", c.op, inputs, c.attrs));
    Graph graph = test.graph;
    CHECK(RemoveIdentities(graph) == c.goes);
    CHECK((GraphText(graph) == "-> y: x\n") == c.goes);
    ExpectSameOutputs(test.graph, graph, {RandomF32({2, 3})});
  }
}

TEST_CASE("remove_identities makes a chain of Reshape one") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge flat = test.Op("flat", "Reshape", {x, test.Const(I32({1}, {-1}))});
  const Edge back = test.Op("back", "Reshape", {flat, test.Const(I32({2}, {-1, 2}))});
  test.Output("y", test.Op("last", "Reshape", {back, test.Const(I32({3}, {1, 3, -1}))}));
  ExpectRewrite(test, RemoveIdentities,
                "flat = Reshape(x, [-1])\n"
                "back = Reshape(flat, [-1,2])\n"
                "last = Reshape(back, [1,3,-1])\n"
                "-> y: last\n",
                "last = Reshape(x, [1,3,-1])\n"
                "-> y: last\n",
                {RandomF32({4, 3})});
}

TEST_CASE("remove_identities passes on every output of IdentityN") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge y = test.Input("y");
  const Edge both = test.Op("both", "IdentityN", {x, y});
  test.Output("y", test.Op("sub", "Sub", {{both.node, 1}, {both.node, 0}}));
  ExpectRewrite(test, RemoveIdentities,
                "both = IdentityN(x, y)\nsub = Sub(both:1, both)\n-> y: sub\n",
                "sub = Sub(y, x)\n-> y: sub\n", {RandomF32({5}), RandomF32({5}, 2)});
}

TEST_CASE("remove_identities keeps an Identity that waits for an effect") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge a = test.Op("a", "Identity", {x});
  test.graph.node(a.node).control_inputs = {test.Op("effect", "NoSuchOp", {x}).node};
  test.Output("y", a);
  ExpectUnchanged(test, RemoveIdentities);
}

}  // namespace
}  // namespace tfwasm
