// SPDX-License-Identifier: Apache-2.0
#include "passes/pass_constants_to_functions.h"

#include "executor/model_builder.h"
#include "passes/pass_test.h"

namespace tfwasm {
namespace {

// A graph that calls functions.
struct CallTest : TestGraph {
  FunctionMap functions;

  // write(BodyBuilder&)
  template <typename F>
  void Function(const std::string& name, F write) {
    BodyBuilder body(functions[name].body);
    write(body);
  }
  // y = x * w + x
  void ScaleFunction(const std::string& name) {
    Function(name, [](BodyBuilder& f) {
      const Edge x = f.Input("x");
      const Edge product = f.Op("product", "Mul", {x, f.Input("w")});
      f.Output("y", f.Op("sum", "AddV2", {product, x}));
    });
  }
  std::vector<Tensor> Run(const std::vector<Tensor>& feeds) const {
    ModelState state(functions);
    return RunGraph(graph, feeds, &state);
  }
};

// Expects that the pass turns the graph into `after` and the functions into `functions`, and does
// not change the outputs for `feeds`.
void ExpectPassed(CallTest test, std::string_view before, std::string_view after,
                  std::string_view functions, const std::vector<Tensor>& feeds) {
  CHECK(GraphText(test.graph) == before);
  const std::vector<Tensor> expected = test.Run(feeds);
  PassConstantsToFunctions(test.graph, test.functions);
  CHECK(GraphText(test.graph) == after);
  CHECK(FunctionsText(test.functions) == functions);
  const std::vector<Tensor> actual = test.Run(feeds);
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) ExpectSameBytes(actual[i], expected[i]);
}

void ExpectNothingPassed(CallTest test) {
  const std::string graph = GraphText(test.graph);
  const std::string functions = FunctionsText(test.functions);
  PassConstantsToFunctions(test.graph, test.functions);
  CHECK(GraphText(test.graph) == graph);
  CHECK(FunctionsText(test.functions) == functions);
}

constexpr std::string_view kScale =
    "scale(x, w):\n"
    "product = Mul(x, w)\n"
    "sum = AddV2(product, x)\n"
    "-> y: sum\n";

TEST_CASE("pass_constants_to_functions gives every call with constants a copy of its own") {
  CallTest test;
  test.ScaleFunction("scale");
  const Edge x = test.Input("x");
  const TestAttrs attrs = {{"f", FunctionAttr("scale")}, {"Tout", TypesAttr(1)}};
  const Edge a = test.Op("a", "PartitionedCall", {x, test.Const(2)}, attrs);
  const Edge b = test.Op("b", "StatefulPartitionedCall", {a, test.Const(3)}, attrs);
  test.Output("y", test.Op("c", "PartitionedCall", {b, x}, attrs));
  ExpectPassed(test,
               "a = PartitionedCall(x, 2) Tout=[float32] f=scale\n"
               "b = StatefulPartitionedCall(a, 3) Tout=[float32] f=scale\n"
               "c = PartitionedCall(b, x) Tout=[float32] f=scale\n"
               "-> y: c\n",
               "a = PartitionedCall(x, 2) Tout=[float32] f=scale/constants_1\n"
               "b = StatefulPartitionedCall(a, 3) Tout=[float32] f=scale/constants_2\n"
               "c = PartitionedCall(b, x) Tout=[float32] f=scale\n"
               "-> y: c\n",
               StrCat(kScale,
                      "scale/constants_1(x, w):\n"
                      "product = Mul(x, 2)\n"
                      "sum = AddV2(product, x)\n"
                      "-> y: sum\n"
                      "scale/constants_2(x, w):\n"
                      "product = Mul(x, 3)\n"
                      "sum = AddV2(product, x)\n"
                      "-> y: sum\n"),
               {RandomF32({4})});
}

TEST_CASE(
    "pass_constants_to_functions gives a loop the constants that its body returns as they are") {
  CallTest test;
  test.Function("cond", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    f.Input("x");
    f.Input("w");
    f.Output("go_on", f.Op("less", "Less", {i, f.Input("n")}));
  });
  test.Function("body", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    const Edge x = f.Input("x");
    const Edge w = f.Input("w");
    const Edge n = f.Input("n");
    f.Output("i", f.Op("inc", "AddV2", {i, f.Const("one", F32({}, {1}))}));
    f.Output("x", f.Op("product", "Mul", {x, w}));
    f.Output("w", f.Op("again", "Identity", {f.Op("same", "Identity", {w})}));
    f.Output("n", n);
  });
  const Edge x = test.Input("x");
  // i and x change in the loop; w and n do not. The initial value of i is constant, but must not be
  // passed.
  const NodeId loop = test.Op("loop", "While", {test.Const(0), x, test.Const(2), test.Const(3)},
                              {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}})
                          .node;
  test.Output("i", {loop, 0});
  test.Output("x", {loop, 1});
  test.Output("w", {loop, 2});
  ExpectPassed(test,
               "loop = While(0, x, 2, 3) body=body cond=cond\n"
               "-> i: loop\n-> x: loop:1\n-> w: loop:2\n",
               "loop = While(0, x, 2, 3) body=body/constants_1 cond=cond/constants_1\n"
               "-> i: loop\n-> x: loop:1\n-> w: loop:2\n",
               "body(i, x, w, n):\n"
               "inc = AddV2(i, 1)\n"
               "product = Mul(x, w)\n"
               "same = Identity(w)\n"
               "again = Identity(same)\n"
               "-> i: inc\n-> x: product\n-> w: again\n-> n: n\n"
               "body/constants_1(i, x, w, n):\n"
               "inc = AddV2(i, 1)\n"
               "product = Mul(x, 2)\n"
               "same = Identity(2)\n"
               "again = Identity(same)\n"
               "-> i: inc\n-> x: product\n-> w: again\n-> n: 3\n"
               "cond(i, x, w, n):\n"
               "less = Less(i, n)\n"
               "-> go_on: less\n"
               "cond/constants_1(i, x, w, n):\n"
               "less = Less(i, 3)\n"
               "-> go_on: less\n",
               {RandomF32({4})});
}

TEST_CASE("pass_constants_to_functions leaves a loop alone whose variables change places") {
  CallTest test;
  test.Function("cond", [](BodyBuilder& f) {
    f.Output("go_on", f.Op("less", "Less", {f.Input("a"), f.Input("b")}));
  });
  test.Function("body", [](BodyBuilder& f) {
    const Edge a = f.Input("a");
    f.Output("a", f.Input("b"));
    f.Output("b", a);
  });
  const Edge loop = test.Op("loop", "While", {test.Const(1), test.Const(2)},
                            {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}});
  test.Output("y", loop);
  ExpectNothingPassed(test);
}

TEST_CASE("pass_constants_to_functions counts arguments after the condition") {
  CallTest test;
  test.ScaleFunction("scale");
  test.Function("pick", [](BodyBuilder& f) {
    f.Input("x");
    f.Output("y", f.Input("w"));
  });
  const Edge x = test.Input("x");
  const Edge p = test.Input("p", {}, DType::kBool);
  test.Output("if", test.Op("if", "If", {p, x, test.Const(2)},
                            {{"then_branch", FunctionAttr("scale")},
                             {"else_branch", FunctionAttr("pick")},
                             {"Tout", TypesAttr(1)}}));
  const AttrValue branches = std::vector<FunctionRef>{{"pick"}, {"scale"}};
  // The branch index is constant, but is not an argument of the branches.
  test.Output("case", test.Op("case", "Case", {test.Const(I32({}, {1})), x, x},
                              {{"branches", branches}, {"Tout", TypesAttr(1)}}));
  test.Output("case2", test.Op("case2", "Case", {test.Const(I32({}, {1})), x, test.Const(5)},
                               {{"branches", branches}, {"Tout", TypesAttr(1)}}));
  ExpectPassed(
      test,
      "if = If(p, x, 2) Tout=[float32] else_branch=pick then_branch=scale\n"
      "case = Case(1, x, x) Tout=[float32] branches=[pick,scale]\n"
      "case2 = Case(1, x, 5) Tout=[float32] branches=[pick,scale]\n"
      "-> if: if\n-> case: case\n-> case2: case2\n",
      "if = If(p, x, 2) Tout=[float32] else_branch=pick/constants_1 "
      "then_branch=scale/constants_1\n"
      "case = Case(1, x, x) Tout=[float32] branches=[pick,scale]\n"
      "case2 = Case(1, x, 5) Tout=[float32] branches=[pick/constants_2,scale/constants_2]\n"
      "-> if: if\n-> case: case\n-> case2: case2\n",
      StrCat("pick(x, w):\n-> y: w\n"
             "pick/constants_1(x, w):\n-> y: 2\n"
             "pick/constants_2(x, w):\n-> y: 5\n",
             kScale,
             "scale/constants_1(x, w):\n"
             "product = Mul(x, 2)\n"
             "sum = AddV2(product, x)\n"
             "-> y: sum\n"
             "scale/constants_2(x, w):\n"
             "product = Mul(x, 5)\n"
             "sum = AddV2(product, x)\n"
             "-> y: sum\n"),
      {RandomF32({}), Bool({}, {1})});
}

TEST_CASE("pass_constants_to_functions leaves calls that it cannot change to the planner") {
  struct Case {
    std::string_view what;
    std::string op;
    std::vector<std::string> inputs;  // "x" is an input, anything else a constant
    TestAttrs attrs;
  };
  const TestAttrs scale = {{"f", FunctionAttr("scale")}, {"Tout", TypesAttr(1)}};
  const Case cases[] = {
      {"no constants", "PartitionedCall", {"x", "x"}, scale},
      {"one argument too many", "PartitionedCall", {"x", "x", "c"}, scale},
      {"no such function", "PartitionedCall", {"x", "c"}, {{"f", FunctionAttr("nobody")}}},
      {"no function", "PartitionedCall", {"x", "c"}, {{"f", "scale"}}},
      {"a loop without a body", "While", {"x", "c"}, {{"cond", FunctionAttr("scale")}}},
      {"no op that calls", "Mul", {"x", "c"}, {{"f", FunctionAttr("scale")}}},
      {"no op at all", "NoSuchOp", {"x", "c"}, {{"f", FunctionAttr("scale")}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CallTest test;
    test.ScaleFunction("scale");
    const Edge x = test.Input("x");
    std::vector<Edge> inputs;
    for (const std::string& name : c.inputs) inputs.push_back(name == "x" ? x : test.Const(2));
    test.Output("y", test.Op("y", c.op, inputs, c.attrs));
    ExpectNothingPassed(test);
  }
}

TEST_CASE("pass_constants_to_functions copies no more functions once there are very many") {
  CallTest test;
  test.ScaleFunction("scale");
  for (int i = 1; i < 1023; ++i) test.functions[StrCat("f", i)];
  const Edge x = test.Input("x");
  const TestAttrs attrs = {{"f", FunctionAttr("scale")}, {"Tout", TypesAttr(1)}};
  test.Output("a", test.Op("a", "PartitionedCall", {x, test.Const(2)}, attrs));
  test.Output("b", test.Op("b", "PartitionedCall", {x, test.Const(2)}, attrs));
  PassConstantsToFunctions(test.graph, test.functions);
  CHECK(GraphText(test.graph) ==
        "a = PartitionedCall(x, 2) Tout=[float32] f=scale/constants_1\n"
        "b = PartitionedCall(x, 2) Tout=[float32] f=scale\n"
        "-> a: a\n-> b: b\n");
  CHECK(test.functions.size() == 1024);
}

}  // namespace
}  // namespace tfwasm
