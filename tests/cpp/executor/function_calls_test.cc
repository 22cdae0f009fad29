// SPDX-License-Identifier: Apache-2.0
// Conditionals, loops and calls of library functions.
#include <doctest/doctest.h>

#include "executor/model_builder.h"

namespace tfwasm {
namespace {

TestAttrs WhileAttrs(const std::string& name) {
  return {{"cond", FunctionAttr(name + "_cond")}, {"body", FunctionAttr(name + "_body")}};
}

// The functions of a loop while i < limit. write(body, arguments) returns the next values after i
// and x.
template <typename F>
void AddCountedLoop(ModelBuilder& b, const std::string& name, float limit, F write) {
  b.Function(name + "_cond", [&](BodyBuilder& f) {
    const Edge i = f.Input("i");
    f.Input("x");
    f.Output("out", f.Op("less", "Less", {i, f.Const("limit", F32({}, {limit}))}));
  });
  b.Function(name + "_body", [&](BodyBuilder& f) {
    const Edge i = f.Input("i");
    const Edge x = f.Input("x");
    f.Output("i_out", f.Op("next", "Add", {i, f.Const("one", F32({}, {1}))}));
    f.Output("x_out", write(f, i, x));
  });
}

TEST_CASE("If runs one of two functions") {
  ModelBuilder b;
  b.Function("yes", [](BodyBuilder& f) { f.Output("y", f.Op("neg", "Neg", {f.Input("x")})); });
  b.Function("no", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    f.Output("y", f.Op("sum", "Add", {x, x}));
  });
  const Edge p = b.Input("p");
  const Edge y = b.Op("if", "If", {p, b.Input("x")},
                      {{"then_branch", FunctionAttr("yes")},
                       {"else_branch", FunctionAttr("no")},
                       {"Tout", TypesAttr(1)}});
  b.Output("y", b.Op("y", "Relu", {y}));
  Session session(std::move(b.model));
  const auto run = [&](const Tensor& condition) {
    return RunSession(session, {"p", "x"}, {condition, F32({2}, {1, -2})}, {"y"})[0];
  };
  ExpectTensor(run(Bool({}, {1})), F32({2}, {0, 2}));
  ExpectTensor(run(Bool({}, {0})), F32({2}, {2, 0}));
  ExpectTensor(run(I32({}, {5})), F32({2}, {0, 2}));
  ExpectTensor(run(F32({}, {0})), F32({2}, {2, 0}));
  ExpectTensor(run(Strings({}, {""})), F32({2}, {2, 0}));
  ExpectTensor(run(F32({1}, {0})), F32({2}, {0, 2}));
  ExpectTensor(run(F32({0}, {})), F32({2}, {2, 0}));
}

TEST_CASE("Case runs the function of its index, or else the last one") {
  ModelBuilder b;
  b.Function("f0", [](BodyBuilder& f) { f.Output("y", f.Op("y", "Neg", {f.Input("x")})); });
  b.Function("f1", [](BodyBuilder& f) { f.Output("y", f.Op("y", "Square", {f.Input("x")})); });
  const AttrValue branches = std::vector<FunctionRef>{{"f0"}, {"f1"}};
  b.Output("y", b.Op("case", "Case", {b.Input("k"), b.Input("x")},
                     {{"branches", branches}, {"Tout", TypesAttr(1)}}));
  Session session(std::move(b.model));
  const auto run = [&](int k) {
    return RunSession(session, {"k", "x"}, {I32({}, {k}), F32({}, {3})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({}, {-3}));
  ExpectTensor(run(1), F32({}, {9}));
  ExpectTensor(run(2), F32({}, {9}));
  ExpectTensor(run(-1), F32({}, {9}));
}

TEST_CASE("While runs until its condition fails, and its weights are constants of the body") {
  ModelBuilder b;
  b.Function("loop_cond", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    f.Input("x");
    f.Input("w");
    const Edge limit = f.Input("limit");
    f.Output("out", f.Op("less", "Less", {i, limit}));
  });
  b.Function("loop_body", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    const Edge x = f.Input("x");
    const Edge w = f.Input("w");
    const Edge limit = f.Input("limit");
    f.Output("i", f.Op("next", "Add", {i, f.Const("one", F32({}, {1}))}));
    f.Output("x", f.Op("mul", "MatMul", {x, w}));
    f.Output("w", f.Op("same", "Identity", {w}));
    f.Output("limit", limit);
  });
  const Edge zero = b.Const("zero", F32({}, {0}));
  const Edge w = b.Const("w", F32({2, 2}, {1, 1, 0, 1}));
  const NodeId loop =
      b.Op("loop", "While", {zero, b.Input("x"), w, b.Input("n")}, WhileAttrs("loop")).node;
  b.Output("y", {loop, 1});
  b.Output("w_out", {loop, 2});
  Session session(std::move(b.model));
  const auto run = [&](float n) {
    return RunSession(session, {"x", "n"}, {F32({1, 2}, {1, 0}), F32({}, {n})}, {"y", "w_out"});
  };
  ExpectTensor(run(3)[0], F32({1, 2}, {1, 3}));
  ExpectTensor(run(0)[0], F32({1, 2}, {1, 0}));
  ExpectTensor(run(1)[1], F32({2, 2}, {1, 1, 0, 1}));
}

TEST_CASE("shapes may change from iteration to iteration") {
  ModelBuilder b;
  AddCountedLoop(b, "grow", 4, [](BodyBuilder& f, Edge, Edge x) {
    return f.Op("twice", "ConcatV2", {x, x, f.Const("axis", I32({}, {0}))});
  });
  const NodeId loop = b.Op("loop", "StatelessWhile", {b.Const("zero", F32({}, {0})), b.Input("x")},
                           WhileAttrs("grow"))
                          .node;
  b.Output("n", b.Op("n", "Size", {{loop, 1}}));
  b.Output("sum", b.Op("sum", "Sum", {{loop, 1}, b.Const("axes", I32({1}, {0}))}));
  Session session(std::move(b.model));
  for (int run = 0; run < 2; ++run) {
    const auto out = RunSession(session, {"x"}, {F32({2}, {1, 2})}, {"n", "sum"});
    ExpectTensor(out[0], I32({}, {32}));
    ExpectTensor(out[1], F32({}, {48}));
  }
}

TEST_CASE("loops and conditions nest in functions") {
  ModelBuilder b;
  AddCountedLoop(b, "inner", 3, [](BodyBuilder& f, Edge, Edge x) {
    return f.Op("more", "Add", {x, f.Const("c", F32({}, {10}))});
  });
  b.Function("odd", [](BodyBuilder& f) { f.Output("y", f.Op("y", "Neg", {f.Input("x")})); });
  b.Function("even", [](BodyBuilder& f) {
    const NodeId loop =
        f.Op("loop", "While", {f.Const("zero", F32({}, {0})), f.Input("x")}, WhileAttrs("inner"))
            .node;
    f.Output("y", {loop, 1});
  });
  AddCountedLoop(b, "outer", 2, [](BodyBuilder& f, Edge i, Edge x) {
    return f.Op("if", "StatelessIf", {i, x},
                {{"then_branch", FunctionAttr("odd")},
                 {"else_branch", FunctionAttr("even")},
                 {"Tout", TypesAttr(1)}});
  });
  const NodeId loop =
      b.Op("loop", "While", {b.Const("zero", F32({}, {0})), b.Input("x")}, WhileAttrs("outer"))
          .node;
  b.Output("y", {loop, 1});
  Session session(std::move(b.model));
  ExpectTensor(RunSession(session, {"x"}, {F32({2}, {1, 2})}, {"y"})[0], F32({2}, {-31, -32}));
}

TEST_CASE("ten thousand iterations of While take no memory") {
  ModelBuilder b;
  AddCountedLoop(b, "count", 10000, [](BodyBuilder& f, Edge i, Edge x) {
    return f.Op("tanh", "Tanh", {f.Op("add", "Add", {x, i})});
  });
  const NodeId loop =
      b.Op("loop", "While", {b.Const("zero", F32({}, {0})), b.Input("x")}, WhileAttrs("count"))
          .node;
  b.Output("i", {loop, 0});
  Session session(std::move(b.model));
  const auto run = [&] {
    return RunSession(session, {"x"}, {F32({8}, {1, 2, 3, 4, 5, 6, 7, 8})}, {"i"})[0];
  };
  ExpectTensor(run(), F32({}, {10000}));
  const size_t bytes = Buffer::live_bytes();
  const size_t count = Buffer::live_count();
  run();
  CHECK(Buffer::live_bytes() == bytes);
  CHECK(Buffer::live_count() == count);
}

TEST_CASE("PartitionedCall calls, also with no results") {
  ModelBuilder b;
  b.Function("f", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    const Edge y = f.Input("y");
    f.Output("sum", f.Op("sum", "Add", {x, y}));
    f.Output("x", x);
  });
  b.Function("none", [](BodyBuilder& f) { f.Input("x"); });
  const Edge x = b.Input("x");
  const NodeId call = b.Op("call", "StatefulPartitionedCall", {x, x},
                           {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(2)}})
                          .node;
  const NodeId none =
      b.Op("none", "PartitionedCall", {x},
           {{"f", FunctionAttr("none")}, {"Tout", AttrValue(std::vector<int64_t>())}})
          .node;
  b.Output("y", b.Op("y", "Sub", {{call, 0}, {call, 1}}, {}, {none}));
  Session session(std::move(b.model));
  ExpectTensor(RunSession(session, {"x"}, {F32({2}, {1, 2})}, {"y"})[0], F32({2}, {1, 2}));
}

TEST_CASE("errors inside a function name it and the node") {
  ModelBuilder b;
  b.Function("broken", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    f.Output("y", f.Op("product", "MatMul", {x, x}));
  });
  b.Output("y", b.Op("call", "PartitionedCall", {b.Input("x")},
                     {{"f", FunctionAttr("broken")}, {"Tout", TypesAttr(1)}}));
  Session session(std::move(b.model));
  const auto message = ErrorOf([&] { RunSession(session, {"x"}, {F32({2}, {1, 2})}, {"y"}); });
  CHECK(message.find("[MatMul 'broken/product']") != std::string::npos);
}

TEST_CASE("functions that are missing, do not fit or never end are errors") {
  const auto message = [](auto write, const TestAttrs& attrs, std::vector<Edge> inputs = {}) {
    ModelBuilder b;
    write(b);
    const Edge x = b.Input("x");
    inputs.insert(inputs.begin(), x);
    b.Output("y", b.Op("call", "PartitionedCall", inputs, attrs));
    return ErrorOf([&] {
      Session session(std::move(b.model));
      RunSession(session, {"x"}, {F32({}, {1})}, {"y"});
    });
  };
  const TestAttrs call_f = {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}};
  const auto identity = [](ModelBuilder& b) {
    b.Function("f", [](BodyBuilder& f) { f.Output("y", f.Op("y", "Neg", {f.Input("x")})); });
  };
  CHECK(message([](ModelBuilder&) {}, call_f) ==
        "E_ATTR [PartitionedCall 'call'] the model has no function 'f'");
  CHECK(message(identity, {{"Tout", TypesAttr(1)}}).starts_with("E_ATTR [PartitionedCall 'call']"));
  CHECK(message(identity, {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(2)}})
            .starts_with("E_ATTR [PartitionedCall 'call'] the function 'f' has 1 results"));
  CHECK(message(identity, call_f, {{.node = 0}})
            .starts_with("E_INPUT [PartitionedCall 'call'] expected 1 inputs, got 2"));
  CHECK(message(
            [](ModelBuilder& b) {
              b.Function("f", [](BodyBuilder& f) {
                f.Output("y", f.Op("again", "PartitionedCall", {f.Input("x")},
                                   {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}}));
              });
            },
            call_f)
            .starts_with("E_LIMIT"));
}

// f(n) = n < 1 ? n : f(n - 1) + n
TEST_CASE("a function may call itself as long as it ends") {
  ModelBuilder b;
  b.Function("stop", [](BodyBuilder& f) { f.Output("y", f.Op("y", "Identity", {f.Input("n")})); });
  b.Function("go", [](BodyBuilder& f) {
    const Edge n = f.Input("n");
    const Edge less = f.Op("less", "Sub", {n, f.Const("one", F32({}, {1}))});
    const Edge rest =
        f.Op("rest", "PartitionedCall", {less}, {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}});
    f.Output("y", f.Op("sum", "Add", {rest, n}));
  });
  b.Function("f", [](BodyBuilder& f) {
    const Edge n = f.Input("n");
    const Edge p = f.Op("p", "Less", {n, f.Const("one", F32({}, {1}))});
    f.Output("y", f.Op("if", "If", {p, n},
                       {{"then_branch", FunctionAttr("stop")},
                        {"else_branch", FunctionAttr("go")},
                        {"Tout", TypesAttr(1)}}));
  });
  b.Output("y", b.Op("call", "PartitionedCall", {b.Input("n")},
                     {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}}));
  Session session(std::move(b.model));
  ExpectTensor(RunSession(session, {"n"}, {F32({}, {10})}, {"y"})[0], F32({}, {55}));
  CHECK(ErrorOf([&] {
          RunSession(session, {"n"}, {F32({}, {1000})}, {"y"});
        }).find("levels deep") != std::string::npos);
  ExpectTensor(RunSession(session, {"n"}, {F32({}, {3})}, {"y"})[0], F32({}, {6}));
}

TEST_CASE("functions that call others twice are planned in linear time") {
  ModelBuilder b;
  for (int level = 0; level < 40; ++level) {
    b.Function(StrCat("f", level), [&](BodyBuilder& f) {
      const Edge x = f.Input("x");
      if (level == 0) return f.Output("y", f.Op("y", "MatMul", {x, x}));
      const TestAttrs attrs = {{"f", FunctionAttr(StrCat("f", level - 1))}, {"Tout", TypesAttr(1)}};
      const Edge first = f.Op("first", "PartitionedCall", {x}, attrs);
      const Edge one = f.Op("one", "PartitionedCall", {f.Const("c", F32({}, {1}))}, attrs);
      f.Output("y", f.Op("y", "Add", {first, one}));
    });
  }
  b.Output("y", b.Op("call", "PartitionedCall", {b.Input("x")},
                     {{"f", FunctionAttr("f39")}, {"Tout", TypesAttr(1)}}));
  Session session(std::move(b.model));
  CHECK(ErrorOf([&] { RunSession(session, {"x"}, {F32({2}, {1, 2})}, {"y"}); }).find("MatMul") !=
        std::string::npos);
}

}  // namespace
}  // namespace tfwasm
