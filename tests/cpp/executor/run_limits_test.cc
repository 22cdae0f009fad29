// SPDX-License-Identifier: Apache-2.0
// Runs with a limit on iterations, and runs that pause.
#include <doctest/doctest.h>

#include <functional>

#include "executor/model_builder.h"

namespace tfwasm {
namespace {

// while (x < n) x = step(x), where step adds 1 in a nested call.
ModelDef CountingModel() {
  ModelBuilder b;
  const Edge n = b.Input("n");
  b.Function("cond", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    f.Output("r", f.Op("less", "Less", {x, f.Input("n")}));
  });
  b.Function("add", [](BodyBuilder& f) {
    f.Output("r", f.Op("add", "Add", {f.Input("x"), f.Const("one", F32({}, {1}))}));
  });
  b.Function("body", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    f.Output("x", f.Op("call", "PartitionedCall", {x},
                       {{"f", FunctionAttr("add")}, {"Tout", TypesAttr(1)}}));
    f.Output("n", f.Input("n"));
  });
  b.Output("y", b.Op("loop", "While", {b.Const("zero", F32({}, {0})), n},
                     {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}}));
  return std::move(b.model);
}

TEST_CASE("a limit on iterations and calls stops a loop that does not end, and no other run") {
  Session session(CountingModel());
  const auto run = [&](float n) { return RunSession(session, {"n"}, {F32({}, {n})}, {"y"})[0]; };
  ExpectTensor(run(1000), F32({}, {1000}));
  session.SetIterationLimit(20);
  const size_t buffers = Buffer::live_count();
  // Ten iterations with a call each.
  for (int i = 0; i < 3; ++i) ExpectTensor(run(10), F32({}, {10}));
  for (const float n : {11.0f, kInf}) {
    CHECK(ErrorOf([&] { run(n); }) ==
          "E_LIMIT [While 'loop'] the run reached its limit of 20 loop iterations and function "
          "calls");
  }
  CHECK(Buffer::live_count() == buffers);
  session.SetIterationLimit(0);
  ExpectTensor(run(0), F32({}, {0}));
  CHECK(ErrorCodeOf([&] { run(1); }) == "E_LIMIT");
}

TEST_CASE("a limit stops functions that call themselves twice") {
  ModelBuilder b;
  const TestAttrs call = {{"f", FunctionAttr("f")}, {"Tout", TypesAttr(1)}};
  b.Function("f", [](BodyBuilder& f) {
    const Edge n = f.Input("n");
    const Edge more = f.Op("more", "Greater", {n, f.Const("zero", F32({}, {0}))});
    f.Output("r", f.Op("if", "If", {more, n},
                       {{"then_branch", FunctionAttr("twice")},
                        {"else_branch", FunctionAttr("once")},
                        {"Tout", TypesAttr(1)}}));
  });
  b.Function("twice", [&](BodyBuilder& f) {
    const Edge less = f.Op("less", "Sub", {f.Input("n"), f.Const("one", F32({}, {1}))});
    f.Output("r", f.Op("sum", "Add",
                       {f.Op("a", "PartitionedCall", {less}, call),
                        f.Op("b", "PartitionedCall", {less}, call)}));
  });
  b.Function("once", [](BodyBuilder& f) {
    f.Input("n");
    f.Output("r", f.Const("one", F32({}, {1})));
  });
  b.Output("y", b.Op("y", "PartitionedCall", {b.Input("x")}, call));
  Session session(std::move(b.model));
  session.SetIterationLimit(100);
  const auto run = [&](float n) { return RunSession(session, {"x"}, {F32({}, {n})}, {"y"})[0]; };
  ExpectTensor(run(4), F32({}, {16}));
  CHECK(ErrorOf([&] { run(25); }).find("limit of 100 loop iterations") != std::string::npos);
}

// The results of a run that pauses after every iteration, and how often it paused.
std::pair<std::vector<Tensor>, int> RunInParts(Session& session, int program,
                                               const std::vector<Tensor>& feeds,
                                               const std::function<void()>& between) {
  const int run = session.StartRun(program, feeds);
  for (int pauses = 0;; ++pauses) {
    if (auto outputs = session.ContinueRun(run, 0)) return {std::move(*outputs), pauses};
    between();
  }
}

TEST_CASE("a run in parts gives the results of a whole run, also with other runs in between") {
  Session session(CountingModel());
  const int program = session.Compile({"n"}, {"y"});
  const auto other = [&] {
    ExpectTensor(session.Run(program, std::vector{F32({}, {3})})[0], F32({}, {3}));
  };
  for (const bool with_others : {false, true}) {
    const auto [outputs, pauses] = RunInParts(session, program, {F32({}, {7})}, [&] {
      if (with_others) other();
    });
    ExpectTensor(outputs[0], F32({}, {7}));
    CHECK(pauses == 7);
  }
}

TEST_CASE("runs in parts may alternate, be stopped, and fail, and leave nothing") {
  Session session(CountingModel());
  const int program = session.Compile({"n"}, {"y"});
  const auto alternate = [&] {
    const int first = session.StartRun(program, std::vector{F32({}, {kInf})});
    const auto [outputs, pauses] = RunInParts(session, program, {F32({}, {6})}, [&] {
      CHECK_FALSE(session.ContinueRun(first, 0).has_value());
    });
    ExpectTensor(outputs[0], F32({}, {6}));
    session.StopRun(first);
    session.StopRun(first);
    CHECK(ErrorCodeOf([&] { session.ContinueRun(first, 0); }) == "E_INTERNAL");
  };
  alternate();
  const size_t buffers = Buffer::live_count();
  alternate();
  CHECK(Buffer::live_count() == buffers);
  // Each has its own count of iterations: two for each round of this model.
  session.SetIterationLimit(7);
  const auto exceed = [&] {
    const int run = session.StartRun(program, std::vector{F32({}, {kInf})});
    for (int i = 0; i < 3; ++i) {
      CHECK_FALSE(session.ContinueRun(run, 0).has_value());
      session.Run(program, std::vector{F32({}, {3})});
    }
    CHECK(ErrorCodeOf([&] { session.ContinueRun(run, 0); }) == "E_LIMIT");
    CHECK(ErrorCodeOf([&] { session.ContinueRun(run, 0); }) == "E_INTERNAL");
  };
  exceed();
  // The arenas of the deepest nesting stay.
  const size_t buffers_with_arenas = Buffer::live_count();
  exceed();
  CHECK(Buffer::live_count() == buffers_with_arenas);
}

TEST_CASE("loops in functions do not pause, and a run without loops is done at once") {
  ModelBuilder b;
  const ModelDef counting = CountingModel();
  b.model.functions = counting.functions;
  b.Function("inner", [](BodyBuilder& f) {
    const Edge n = f.Input("n");
    f.Output("r", f.Op("loop", "While", {f.Const("zero", F32({}, {0})), n},
                       {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}}));
  });
  b.Output("y", b.Op("y", "PartitionedCall", {b.Input("n")},
                     {{"f", FunctionAttr("inner")}, {"Tout", TypesAttr(1)}}));
  Session session(std::move(b.model));
  const int program = session.Compile({"n"}, {"y"});
  const auto outputs = session.ContinueRun(session.StartRun(program, std::vector{F32({}, {5})}), 0);
  REQUIRE(outputs.has_value());
  ExpectTensor((*outputs)[0], F32({}, {5}));
}

}  // namespace
}  // namespace tfwasm
