// SPDX-License-Identifier: Apache-2.0
// Models with unsupported ops: which are refused, and what the others do.
#include "executor/reachable_ops.h"

#include <doctest/doctest.h>

#include "executor/load_model.h"
#include "executor/model_builder.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"

namespace tfwasm {
namespace {

// y = relu(x). The other nodes are added by `write`.
template <typename F>
ModelDef ReluModel(F write) {
  ModelBuilder b;
  const Edge x = b.Input("x");
  b.Output("y", b.Op("y", "Relu", {x}));
  write(b, x);
  return std::move(b.model);
}

void ExpectRuns(ModelDef model) {
  Session session(std::move(model));
  ExpectTensor(RunSession(session, {"x"}, {F32({2}, {-1, 2})}, {"y"})[0], F32({2}, {0, 2}));
}

std::string LoadErrorOf(ModelDef model) {
  return ErrorOf([&] { Session session(std::move(model)); });
}

// The error of loading or running a model with these fetches.
std::string RunErrorOf(Session& session, const std::vector<Tensor>& inputs,
                       const std::vector<std::string>& feeds, const std::string& fetch) {
  return ErrorOf([&] { RunSession(session, feeds, inputs, {fetch}); });
}

TEST_CASE("ops that no output needs and functions that nothing calls do not matter") {
  ExpectRuns(ReluModel([](ModelBuilder& b, Edge x) {
    const Edge foo = b.Op("foo", "Foo", {x, {.node = x.node}});
    b.Op("reader", "Neg", {{foo.node, 3}});
    b.Op("bar", "Bar", {}, {}, {foo.node});
    b.Function("f", [](BodyBuilder& f) { f.Output("r", f.Op("baz", "Baz", {f.Input("a")})); });
    // Called by a function that nothing calls.
    b.Function("g", [](BodyBuilder& f) {
      f.Output("r", f.Op("call", "PartitionedCall", {f.Input("a")},
                         {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}}));
    });
  }));
}

TEST_CASE("an unsupported op that no output needs throws when it is fetched") {
  Session session(ReluModel([](ModelBuilder& b, Edge x) {
    const Edge foo = b.Op("foo", "Foo", {x, x}, {{"strides", {1, 2}}});
    b.Op("after", "Neg", {{foo.node, 2}});
  }));
  const std::string expected = "E_OP [Foo 'foo'] the op 'Foo' is not supported";
  const std::vector<Tensor> x = {F32({2}, {-1, 2})};
  CHECK(RunErrorOf(session, x, {"x"}, "after") == expected);
  CHECK(RunErrorOf(session, x, {"x"}, "foo") == expected);
  CHECK(RunErrorOf(session, x, {"x"}, "foo:2") == expected);
  CHECK(RunErrorOf(session, x, {"x"}, "foo:3") ==
        "E_INPUT the model has no tensor 'foo:3': 'foo' has 3 outputs");
  ExpectTensor(RunSession(session, {"foo:2"}, {F32({}, {4})}, {"after"})[0], F32({}, {-4}));
}

TEST_CASE(
    "an unsupported op that every run reaches refuses a model, and the error lists the rest") {
  const std::string list = "E_OP the model uses ops that are not supported: Foo (1x, e.g. 'foo')";
  const auto model = [](std::vector<NodeId> controls) {
    return ReluModel([&](ModelBuilder& b, Edge x) {
      const Edge foo = b.Op("foo", "Foo", {x});
      if (!controls.empty()) {
        b.Output("z", b.Op("z", "Neg", {x}, {}, {foo.node}));
      } else {
        b.Output("z", b.Op("z", "Neg", {foo}));
      }
      b.Op("bar", "Bar", {x});
    });
  };
  const std::string rest = "; where they may never run, it also has: Bar (1x, e.g. 'bar')";
  CHECK(LoadErrorOf(model({})) == list + rest);
  CHECK(LoadErrorOf(model({0})) == list + rest);
}

// y = p ? t(x) : e(x) for functions or, in a v1 graph, nodes; one of the ops is not supported.
Session BranchModel(bool is_v1, bool foo_on_true) {
  ModelBuilder b;
  const Edge x = b.Input("x");
  const Edge p = b.Input("p");
  const auto op = [&](bool on_true) { return on_true == foo_on_true ? "Foo" : "Neg"; };
  if (is_v1) {
    const NodeId data = b.Op("data", "Switch", {x, p}).node;
    const Edge on_false = b.Op("on_false", op(false), {{data, 0}});
    const Edge on_true = b.Op("on_true", op(true), {{data, 1}});
    // Dead nodes behind the unsupported one, and one that only waits for it.
    const Edge after = b.Op("after", "Exp", {b.Op("log", "Log", {on_true})});
    b.Output("y", b.Op("y", "Merge", {b.Op("back", "Neg", {on_false}), after}));
  } else {
    for (const bool on_true : {false, true}) {
      b.Function(on_true ? "on_true" : "on_false", [&](BodyBuilder& f) {
        const Edge result = f.Op("op", op(on_true), {f.Input("a")});
        f.Output("r", f.Op("result", "Abs", {result}));
      });
    }
    b.Output("y", b.Op("y", "If", {p, x},
                       {{"then_branch", FunctionAttr("on_true")},
                        {"else_branch", FunctionAttr("on_false")},
                        {"Tout", TypesAttr(1)}}));
  }
  return Session(std::move(b.model));
}

TEST_CASE("an unsupported op in a branch throws when it is reached, with its name") {
  for (const bool is_v1 : {false, true}) {
    for (const bool foo_on_true : {false, true}) {
      CAPTURE(is_v1);
      CAPTURE(foo_on_true);
      Session session = BranchModel(is_v1, foo_on_true);
      const auto inputs = [](bool p) {
        return std::vector<Tensor>{F32({2}, {-4, -3}), Bool({}, {p})};
      };
      const Tensor expected = is_v1 && !foo_on_true ? F32({2}, {-4, -3}) : F32({2}, {4, 3});
      for (int i = 0; i < 2; ++i) {
        const auto y = RunSession(session, {"x", "p"}, inputs(!foo_on_true), {"y"});
        if (!is_v1) ExpectTensor(y[0], expected);
        if (is_v1) CHECK(y[0].shape() == expected.shape());
        const std::string where = foo_on_true ? "on_true" : "on_false";
        CHECK(RunErrorOf(session, inputs(foo_on_true), {"x", "p"}, "y") ==
              StrCat("E_OP [Foo '", where, is_v1 ? "" : "/op", "'] the op 'Foo' is not supported"));
      }
    }
  }
}

// A call of f, or a loop with the condition f or the body f; f has an unsupported op.
ModelDef CallModel(const std::string& op) {
  ModelBuilder b;
  const Edge x = b.Input("x");
  b.Function("f", [&](BodyBuilder& f) { f.Output("r", f.Op("foo", "Foo", {f.Input("a")})); });
  b.Function("g", [&](BodyBuilder& f) {
    f.Output("r", f.Op("g", "Less", {f.Input("a"), f.Const("zero", F32({}, {0}))}));
  });
  const bool is_loop = op == "While";
  const TestAttrs attrs = is_loop
                              ? TestAttrs{{"cond", FunctionAttr("g")}, {"body", FunctionAttr("f")}}
                              : TestAttrs{{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}};
  b.Output("y", b.Op("y", op, {x}, attrs));
  return std::move(b.model);
}

TEST_CASE("a call runs its function, a loop its condition; a loop body may not run") {
  CHECK(LoadErrorOf(CallModel("PartitionedCall")) ==
        "E_OP the model uses ops that are not supported: Foo (1x, e.g. 'foo')");
  Session session(CallModel("While"));
  ExpectTensor(RunSession(session, {"x"}, {F32({}, {1})}, {"y"})[0], F32({}, {1}));
  CHECK(RunErrorOf(session, {F32({}, {-1})}, {"x"}, "y") ==
        "E_OP [Foo 'f/foo'] the op 'Foo' is not supported");
  ModelDef model = CallModel("While");
  Node& loop = model.graph.node(model.graph.Find("y"));
  loop.attrs.Set("cond", FunctionAttr("f"));
  CHECK(LoadErrorOf(std::move(model)).starts_with("E_OP the model uses"));
}

// for (i = 0; i < n; ++i) x = Foo(x); y = op(x)
ModelDef LoopModel(const std::string& op) {
  ModelBuilder b;
  const Edge i = b.LoopVariable("i", "loop", b.Const("zero", F32({}, {0})));
  const Edge x = b.LoopVariable("x", "loop", b.Input("x_in"));
  const Edge limit = b.Op("limit", "Enter", {b.Input("n")}, {{"frame_name", "loop"}});
  const Edge cond = b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, limit})});
  const Edge body_i = b.Guard("i", i, cond);
  const Edge body_x = b.Guard("x", x, cond);
  b.Finish("i", i, b.Op("inc", "Add", {body_i, b.Const("one", F32({}, {1}))}));
  b.Output("y", b.Op("y", op, {b.Finish("x", x, b.Op("foo", "Foo", {body_x}))}));
  return std::move(b.model);
}

TEST_CASE("an unsupported op in the body of a v1 loop may not run; one after the loop does") {
  Session session(LoopModel("Neg"));
  const auto inputs = [](float n) { return std::vector<Tensor>{F32({}, {5}), F32({}, {n})}; };
  ExpectTensor(RunSession(session, {"x_in", "n"}, inputs(0), {"y"})[0], F32({}, {-5}));
  CHECK(RunErrorOf(session, inputs(1), {"x_in", "n"}, "y") ==
        "E_OP [Foo 'foo'] the op 'Foo' is not supported");
  CHECK(LoadErrorOf(LoopModel("Bar")) ==
        "E_OP the model uses ops that are not supported: Bar (1x, e.g. 'y'); where they may never "
        "run, it also has: Foo (1x, e.g. 'foo')");
}

TEST_CASE("a Merge is reached if one of its inputs is; behind branches only a run can tell") {
  for (const bool has_live_input : {true, false}) {
    ModelBuilder b;
    const Edge x = b.Input("x");
    const NodeId data = b.Op("data", "Switch", {x, b.Input("p")}).node;
    const Edge other = has_live_input ? x : Edge{data, 1};
    const Edge merged = b.Op("merged", "Merge", {b.Op("neg", "Neg", {{data, 0}}), other});
    b.Output("y", b.Op("y", "Foo", {merged}));
    if (has_live_input) {
      CHECK(LoadErrorOf(std::move(b.model)).starts_with("E_OP the model uses"));
    } else {
      Session session(std::move(b.model));
      CHECK(RunErrorOf(session, {F32({}, {1}), Bool({}, {1})}, {"x", "p"}, "y") ==
            "E_OP [Foo 'y'] the op 'Foo' is not supported");
    }
  }
}

TEST_CASE("the list of a model has every unsupported op, in functions that nothing calls too") {
  ModelDef model = ReluModel([](ModelBuilder& b, Edge x) {
    b.Op("foo", "Foo", {x});
    b.Op("also", "Foo", {x});
    b.Function("f", [](BodyBuilder& f) { f.Output("r", f.Op("bar", "Bar", {f.Input("a")})); });
  });
  const Session session(std::move(model));
  CHECK(session.model().functions.empty());
  const auto& ops = session.model().unsupported_ops;
  REQUIRE(ops.size() == 2);
  CHECK(ops[0].op == "Bar");
  CHECK(ops[0].count == 1);
  CHECK(ops[1].op == "Foo");
  CHECK(ops[1].count == 2);
  CHECK(ops[1].node == "foo");
  CHECK(DescribeModel(session.model())
            .ends_with(R"("unsupportedOps":[{"op":"Bar","count":1,"node":"bar"},)"
                       R"({"op":"Foo","count":2,"node":"foo"}]})"));
}

TEST_CASE("functions that nothing calls may lack weights, in an initializer too") {
  constexpr std::string_view kTopology = R"({"node": [{"name": "x", "op": "Placeholder"},
      {"name": "y", "op": "Neg", "input": ["x"]}], "library": {"function": [{"signature":
      {"name": "f", "outputArg": [{"name": "r", "type": "DT_FLOAT"}]}, "nodeDef": [
      {"name": "c", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor":
       {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "2"}]}}}}},
      {"name": "foo", "op": "Foo", "input": ["c:output:0"]}], "ret": {"r": "foo:r:0"}}]}})";
  const auto session =
      LoadModel({.model = ReadGraphDef(kTopology, OutputPosition), .initializer = kTopology}, {});
  ExpectTensor(RunSession(*session, {"x"}, {F32({}, {1})}, {"y"})[0], F32({}, {-1}));
}

TEST_CASE("what a hostile model calls an unsupported op, and absurd numbers of outputs") {
  ExpectRuns(ReluModel([](ModelBuilder& b, Edge x) {
    b.Op("named", "UnsupportedOp", {x}, {{"num_outputs", 1 << 30}, {"op", "Relu"}});
  }));
  CHECK(LoadErrorOf(ReluModel([](ModelBuilder& b, Edge x) {
          b.Output("z", b.Op("z", "UnsupportedOp", {x}));
        })) == "E_OP the model uses ops that are not supported: UnsupportedOp (1x, e.g. 'z')");
  CHECK(LoadErrorOf(ReluModel([](ModelBuilder& b, Edge x) {
          const Edge foo = b.Op("foo", "Foo", {x});
          b.Op("reader", "Neg", {{foo.node, 2000000000}});
        })) == "E_EDGE 'reader' reads output 2000000000 of 'foo', which has 1024");
}

}  // namespace
}  // namespace tfwasm
