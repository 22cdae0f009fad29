// SPDX-License-Identifier: Apache-2.0
// The functions that loops become. loops_v1_test.cc tests their results.
#include "passes/functionalize_loops.h"

#include <functional>

#include "executor/model_builder.h"
#include "passes/pass_test.h"

namespace tfwasm {
namespace {

// A graph with loops, before and after the pass.
struct LoopTest {
  Graph graph;
  FunctionMap functions;
  BodyBuilder build{graph};

  void Functionalize() { FunctionalizeLoops(graph, functions); }
  std::vector<Tensor> Run(const std::vector<Tensor>& feeds) {
    ModelState state(functions);
    return RunGraph(graph, feeds, &state);
  }
  Edge Enter(const std::string& name, Edge edge, const char* frame, bool constant = true) {
    return build.Op(name, "Enter", {edge}, {{"frame_name", frame}, {"is_constant", constant}});
  }
};

// for (i = 0; i < n; ++i) total += x. Returns the value after the loop.
Edge AddSum(LoopTest& test, const char* frame, Edge n, Edge x) {
  BodyBuilder& b = test.build;
  const std::string prefix = StrCat(frame, "/");
  const Edge i = b.LoopVariable(prefix + "i", frame, b.Const(prefix + "zero", F32({}, {0})));
  const Edge total = b.LoopVariable(prefix + "total", frame, b.Const(prefix + "0", F32({}, {0})));
  const Edge limit = test.Enter(prefix + "limit", n, frame);
  const Edge step = test.Enter(prefix + "step", x, frame);
  const Edge cond = b.Op(prefix + "cond", "LoopCond", {b.Op(prefix + "less", "Less", {i, limit})});
  const Edge body_i = b.Guard(prefix + "i", i, cond);
  const Edge body_total = b.Guard(prefix + "total", total, cond);
  const Edge one = b.Const(prefix + "one", F32({}, {1}));
  b.Finish(prefix + "i", i, b.Op(prefix + "inc", "Add", {body_i, one}));
  return b.Finish(prefix + "total", total, b.Op(prefix + "add", "Add", {body_total, step}));
}

TEST_CASE("functionalize_loops makes a While and two functions of a loop") {
  LoopTest test;
  const Edge n = test.build.Input("n");
  const Edge x = test.build.Input("x");
  test.build.Output(
      "sum", test.build.Op("half", "Mul",
                           {AddSum(test, "loop", n, x), test.build.Const("c", F32({}, {0.5f}))}));
  CHECK(GraphText(test.graph) ==
        "loop/i/enter = Enter(0) frame_name=loop\n"
        "loop/i/merge = Merge(loop/i/enter, loop/i/next)\n"
        "loop/total/enter = Enter(0) frame_name=loop\n"
        "loop/total/merge = Merge(loop/total/enter, loop/total/next)\n"
        "loop/limit = Enter(n) frame_name=loop is_constant=true\n"
        "loop/step = Enter(x) frame_name=loop is_constant=true\n"
        "loop/less = Less(loop/i/merge, loop/limit)\n"
        "loop/cond = LoopCond(loop/less)\n"
        "loop/i/switch = Switch(loop/i/merge, loop/cond)\n"
        "loop/total/switch = Switch(loop/total/merge, loop/cond)\n"
        "loop/inc = Add(loop/i/switch:1, 1)\n"
        "loop/i/next = NextIteration(loop/inc)\n"
        "loop/add = Add(loop/total/switch:1, loop/step)\n"
        "loop/total/next = NextIteration(loop/add)\n"
        "loop/total/exit = Exit(loop/total/switch)\n"
        "half = Mul(loop/total/exit, 0.5)\n"
        "-> sum: half\n");
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "loop = While(0, 0, n, x) body=loop/body cond=loop/cond\n"
        "half = Mul(loop:1, 0.5)\n"
        "-> sum: half\n");
  CHECK(FunctionsText(test.functions) ==
        "loop/body(loop/i/merge, loop/total/merge, n, x):\n"
        "loop/inc = Add(loop/i/merge, 1)\n"
        "loop/add = Add(loop/total/merge, x)\n"
        "-> output_0: loop/inc\n"
        "-> output_1: loop/add\n"
        "-> output_2: n\n"
        "-> output_3: x\n"
        "loop/cond(loop/i/merge, loop/total/merge, n, x):\n"
        "loop/less = Less(loop/i/merge, n)\n"
        "-> output_0: loop/less\n");
  ExpectTensor(test.Run({F32({}, {3}), F32({}, {5})})[0], F32({}, {7.5f}));
  ExpectTensor(test.Run({F32({}, {0}), F32({}, {5})})[0], F32({}, {0}));
}

TEST_CASE("functionalize_loops leaves a graph without loops as it is, dead nodes too") {
  LoopTest test;
  const Edge x = test.build.Input("x");
  const NodeId dead = test.build.Op("dead", "Neg", {x}).node;
  test.build.Output("y", test.build.Op("y", "Neg", {x}));
  test.Functionalize();
  CHECK(GraphText(test.graph) == "y = Neg(x)\n-> y: y\n");
  CHECK_FALSE(test.graph.IsRemoved(dead));
  CHECK(test.functions.empty());
}

TEST_CASE("functionalize_loops puts outer constants into the functions, each once") {
  LoopTest test;
  BodyBuilder& b = test.build;
  const Edge n = b.Input("n");
  const Edge weights = b.Const("weights", F32({2, 2}, {1, 1, 0, 1}));
  const Edge entered = test.Enter("entered", weights, "loop");
  const Edge i = b.LoopVariable("i", "loop", b.Const("zero", F32({}, {0})));
  const Edge x = b.LoopVariable("x", "loop", b.Input("x_in"));
  const Edge cond =
      b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, test.Enter("limit", n, "loop")})});
  const Edge body_i = b.Guard("i", i, cond);
  const Edge body_x = b.Guard("x", x, cond);
  b.Finish("i", i, b.Op("inc", "Add", {body_i, b.Const("one", F32({}, {1}))}));
  const Edge twice = b.Op("twice", "MatMul", {b.Op("once", "MatMul", {body_x, entered}), entered});
  b.Output("y", b.Finish("x", x, twice));
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "loop = While(0, x_in, n) body=loop/body cond=loop/cond\n-> y: loop:1\n");
  CHECK(FunctionsText(test.functions) ==
        "loop/body(i/merge, x/merge, n):\n"
        "inc = Add(i/merge, 1)\n"
        "once = MatMul(x/merge, float32[2,2])\n"
        "twice = MatMul(once, float32[2,2])\n"
        "-> output_0: inc\n"
        "-> output_1: twice\n"
        "-> output_2: n\n"
        "loop/cond(i/merge, x/merge, n):\n"
        "less = Less(i/merge, n)\n"
        "-> output_0: less\n");
  const Graph& body = test.functions.find("loop/body")->second.body;
  CHECK(body.node(body.Find("once")).inputs[1] == body.node(body.Find("twice")).inputs[1]);
  ExpectTensor(test.Run({F32({}, {2}), F32({1, 2}, {1, 0})})[0], F32({1, 2}, {1, 4}));
}

TEST_CASE("functionalize_loops begins with inner loops") {
  LoopTest test;
  BodyBuilder& b = test.build;
  const Edge n = b.Input("n");
  const Edge i = b.LoopVariable("i", "outer", b.Const("zero", F32({}, {0})));
  const Edge total = b.LoopVariable("t", "outer", b.Const("zero2", F32({}, {0})));
  const Edge cond =
      b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, test.Enter("limit", n, "outer")})});
  const Edge body_i = b.Guard("i", i, cond);
  const Edge body_total = b.Guard("t", total, cond);
  // The inner loop adds i to total i times.
  const Edge square = AddSum(test, "inner", body_i, body_i);
  b.Finish("i", i, b.Op("inc", "Add", {body_i, b.Const("one", F32({}, {1}))}));
  b.Output("y", b.Finish("t", total, b.Op("add", "Add", {body_total, square})));
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "outer = While(0, 0, n) body=outer/body cond=outer/cond\n-> y: outer:1\n");
  CHECK(FunctionsText(test.functions) ==
        "inner/body(inner/i/merge, inner/total/merge, i/switch):\n"
        "inner/inc = Add(inner/i/merge, 1)\n"
        "inner/add = Add(inner/total/merge, i/switch)\n"
        "-> output_0: inner/inc\n"
        "-> output_1: inner/add\n"
        "-> output_2: i/switch\n"
        "inner/cond(inner/i/merge, inner/total/merge, i/switch):\n"
        "inner/less = Less(inner/i/merge, i/switch)\n"
        "-> output_0: inner/less\n"
        "outer/body(i/merge, t/merge, n):\n"
        "inc = Add(i/merge, 1)\n"
        "inner = While(0, 0, i/merge) body=inner/body cond=inner/cond\n"
        "add = Add(t/merge, inner:1)\n"
        "-> output_0: inc\n"
        "-> output_1: add\n"
        "-> output_2: n\n"
        "outer/cond(i/merge, t/merge, n):\n"
        "less = Less(i/merge, n)\n"
        "-> output_0: less\n");
  ExpectTensor(test.Run({F32({}, {4})})[0], F32({}, {0 + 1 + 4 + 9}));
}

TEST_CASE("functionalize_loops gives functions names that are free") {
  LoopTest test;
  test.functions["loop/cond"];
  test.functions["loop/body"];
  test.build.Op("loop", "Neg", {test.build.Input("dead")});
  test.build.graph().outputs.push_back({"kept", {.node = test.graph.Find("loop")}});
  test.build.Output("sum", AddSum(test, "loop", test.build.Input("n"), test.build.Input("x")));
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "loop = Neg(dead)\n"
        "loop_1 = While(0, 0, n, x) body=loop/body_1 cond=loop/cond_1\n"
        "-> kept: loop\n"
        "-> sum: loop_1:1\n");
}

TEST_CASE("functionalize_loops keeps conditions inside a loop and returns what only passes by") {
  LoopTest test;
  BodyBuilder& b = test.build;
  const Edge n = b.Input("n");
  const Edge p = b.Input("p");
  const Edge i = b.LoopVariable("i", "loop", b.Const("zero", F32({}, {0})));
  const Edge cond =
      b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, test.Enter("limit", n, "loop")})});
  const Edge body_i = b.Guard("i", i, cond);
  const Edge inner_p = test.Enter("p_in", p, "loop");
  const NodeId choice = b.Op("choice", "Switch", {body_i, inner_p}).node;
  const Edge one = b.Const("one", F32({}, {1}));
  const Edge more = b.Op("more", "Add", {{choice, 1}, one});
  const Edge twice = b.Op("twice", "Add", {b.Op("plus", "Add", {{choice, 0}, one}), one});
  b.Output("i", b.Finish("i", i, b.Op("merged", "Merge", {twice, more})));
  // Leaves the loop unchanged.
  b.Output("n", b.Op("n_out", "Exit", {test.Enter("n_in", n, "loop")}));
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "loop = While(0, n, p) body=loop/body cond=loop/cond\n-> i: loop\n-> n: n\n");
  CHECK(FunctionsText(test.functions) ==
        "loop/body(i/merge, n, p):\n"
        "choice = Switch(i/merge, p)\n"
        "plus = Add(choice, 1)\n"
        "twice = Add(plus, 1)\n"
        "more = Add(choice:1, 1)\n"
        "merged = Merge(twice, more)\n"
        "-> output_0: merged\n"
        "-> output_1: n\n"
        "-> output_2: p\n"
        "loop/cond(i/merge, n, p):\n"
        "less = Less(i/merge, n)\n"
        "-> output_0: less\n");
  ExpectTensor(test.Run({F32({}, {3}), Bool({}, {0})})[0], F32({}, {4}));
  ExpectTensor(test.Run({F32({}, {3}), Bool({}, {1})})[0], F32({}, {3}));
}

TEST_CASE("functionalize_loops moves control inputs to the While and into the body") {
  LoopTest test;
  BodyBuilder& b = test.build;
  const Edge n = b.Input("n");
  const NodeId before = b.Op("before", "Neg", {n}).node;
  const NodeId also = b.Op("also", "Relu", {n}).node;
  const NodeId third = b.Op("third", "Abs", {n}).node;
  const Edge sum = AddSum(test, "loop", n, b.Input("x"));
  const auto node = [&](const char* name) -> Node& {
    return test.graph.node(test.graph.Find(name));
  };
  node("loop/i/enter").control_inputs = {before};
  node("loop/one").control_inputs = {test.graph.Find("loop/i/switch"), before};
  node("loop/add").control_inputs = {test.graph.Find("loop/inc"), also,
                                     test.graph.Find("loop/cond")};
  node("loop/zero").control_inputs = {third};
  b.Output("after", b.Op("after", "Neg", {n}, {}, {sum.node}));
  b.Output("sum", sum);
  test.Functionalize();
  CHECK(GraphText(test.graph) ==
        "third = Abs(n)\n"
        "before = Neg(n)\n"
        "also = Relu(n)\n"
        "loop = While(0, 0, n, x, ^before, ^also) body=loop/body cond=loop/cond\n"
        "after = Neg(n, ^loop)\n"
        "-> after: after\n"
        "-> sum: loop:1\n");
  CHECK(GraphText(test.functions.find("loop/body")->second.body) ==
        "loop/inc = Add(loop/i/merge, 1)\n"
        "loop/add = Add(loop/total/merge, x, ^loop/inc)\n"
        "-> output_0: loop/inc\n"
        "-> output_1: loop/add\n"
        "-> output_2: n\n"
        "-> output_3: x\n");
}

TEST_CASE("functionalize_loops forgets parts of loops that nothing needs") {
  LoopTest test;
  BodyBuilder& b = test.build;
  const Edge x = b.Input("x");
  // Not a valid loop.
  b.Op("lost", "NextIteration", {test.Enter("in", x, "lost")});
  b.Output("y", b.Op("y", "Neg", {x}));
  test.Functionalize();
  CHECK(GraphText(test.graph) == "y = Neg(x)\n-> y: y\n");
  CHECK(test.functions.empty());
}

TEST_CASE("functionalize_loops refuses loops of another form by name") {
  // Corrupts a valid loop. `find` returns its nodes by name.
  using Find = std::function<Node&(const char*)>;
  struct Case {
    std::function<void(LoopTest&, const Find&)> spoil;
    std::string error;
  };
  const Case cases[] = {
      {[](LoopTest& test, const Find&) {
         test.build.Output("again",
                           test.build.Op("again", "LoopCond", {{test.graph.Find("loop/less")}}));
       },
       "E_EDGE the loop 'loop' has a second condition 'again'"},
      {[](LoopTest& test, const Find& find) {
         find("loop/cond").inputs.clear();
         find("loop/cond").control_inputs = {test.graph.Find("loop/less")};
       },
       "E_EDGE the loop 'loop' has a condition without a value 'loop/cond'"},
      {[](LoopTest&, const Find& find) { find("loop/cond").op = "Identity"; },
       "E_EDGE the loop 'loop' has no LoopCond after 'loop/i/enter'"},
      {[](LoopTest&, const Find& find) { find("loop/total/next").inputs.clear(); },
       "E_EDGE the loop 'loop' gets no value from 'loop/total/next'"},
      {[](LoopTest& test, const Find& find) {
         find("loop/add").inputs[1] = {test.graph.Find("loop/i/next")};
       },
       "E_EDGE the loop 'loop' reads 'loop/i/next'"},
      {[](LoopTest& test, const Find& find) {
         find("loop/total/exit").inputs[0] = {test.graph.Find("loop/add")};
       },
       "E_EDGE the loop 'loop' returns no loop variable to 'loop/total/exit'"},
      {[](LoopTest&, const Find& find) { find("loop/step").inputs.clear(); },
       "E_EDGE [Enter 'loop/step'] expected 1 inputs"},
      {[](LoopTest& test, const Find& find) {
         find("loop/step").inputs[0] =
             test.Enter("other", {test.graph.Find("loop/limit")}, "other");
         find("loop/limit").inputs[0] = {test.graph.Find("other")};
       },
       "E_CYCLE the loop 'loop' is inside itself"},
      // A loop that is entered from its own variable, from its condition, and from another Enter.
      {[](LoopTest& test, const Find& find) {
         find("loop/step").inputs[0] = {test.graph.Find("loop/i/merge")};
       },
       "E_EDGE the loop 'loop' is entered from inside itself at 'loop/step'"},
      {[](LoopTest& test, const Find& find) {
         find("loop/step").inputs[0] = {test.graph.Find("loop/less")};
       },
       "E_EDGE the loop 'loop' is entered from inside itself at 'loop/step'"},
      {[](LoopTest& test, const Find& find) {
         const Edge again = test.Enter("again", {test.graph.Find("loop/i/enter")}, "loop");
         find("loop/i/merge").inputs[0] = again;
       },
       "E_EDGE the loop 'loop' is entered from inside itself at 'again'"},
      {[](LoopTest& test, const Find& find) {
         find("x").inputs = {{test.graph.Find("loop/i/merge")}};
         find("loop/step").inputs[0] = {test.graph.Find("loop/zero")};
       },
       "E_INPUT 'x' is inside the loop 'loop' and cannot be fed"},
      // A variable that starts in another loop is none of this loop.
      {[](LoopTest& test, const Find& find) {
         find("loop/total/merge").inputs[0] =
             test.Enter("other", {test.graph.Find("loop/0")}, "other");
       },
       "E_EDGE the loop 'loop' returns no loop variable to 'loop/total/exit'"},
      {[](LoopTest& test, const Find&) {
         test.build.Output("inside", {test.graph.Find("loop/inc")});
       },
       "E_INPUT 'inside' is inside the loop 'loop' and cannot be fetched"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.error);
    LoopTest test;
    test.build.Output("sum", AddSum(test, "loop", test.build.Input("n"), test.build.Input("x")));
    c.spoil(test,
            [&](const char* name) -> Node& { return test.graph.node(test.graph.Find(name)); });
    CHECK(ErrorOf([&] { test.Functionalize(); }) == c.error);
  }
}

}  // namespace
}  // namespace tfwasm
