// SPDX-License-Identifier: Apache-2.0
// Which errors are deferred to the run that reaches them, and which are thrown at once.
#include <doctest/doctest.h>

#include <new>

#include "executor/model_builder.h"
#include "ops/infer.h"
#include "passes/optimize.h"

namespace tfwasm {
namespace {

// "TestThrow" forwards its input, but throws the error in attribute "error" at the place in
// attribute "place": in infer, when its kernel is created, or when it runs.
void ThrowAt(std::string_view place, const AttrMap& attrs) {
  if (attrs.String("place", "") != place) return;
  const std::string error = attrs.String("error", "");
  if (error == "internal") Throw(Code::kInternal, "a bug");
  if (error == "oom") Throw(Code::kOom, "out of memory");
  if (error == "bad_alloc") throw std::bad_alloc();
  Throw(Code::kShape, "a fault of the model");
}

TFWASM_OP kThrowOp{.name = "TestThrow",
                   .infer =
                       [](InferContext& context) {
                         ThrowAt("infer", context.attrs());
                         InferLikeInput(context);
                       },
                   .kernel = [](const KernelContext& context) -> std::unique_ptr<Kernel> {
                     ThrowAt("kernel", context.attrs());
                     return MakeKernel([attrs = context.attrs(),
                                        size = context.shape(0).NumElements()](RunContext& run) {
                       ThrowAt("run", attrs);
                       std::copy_n(run.in<float>(0), size, run.out<float>(0));
                     });
                   }};

constexpr const char* kAtOnce[] = {"internal", "oom", "bad_alloc"};

TestAttrs ThrowAttrs(const char* place, const char* error) {
  return {{"place", place}, {"error", error}};
}

// Classifies what `run` throws: one of kAtOnce, "fault", or "nothing".
template <typename F>
std::string Thrown(F run) {
  try {
    run();
  } catch (const std::bad_alloc&) {
    return "bad_alloc";
  } catch (const Error& error) {
    if (error.code() == Code::kInternal) return "internal";
    return error.code() == Code::kOom ? "oom" : "fault";
  }
  return "nothing";
}

// Runs a model with inputs x and p = false and output y. `write` builds it, and must place a
// TestThrow with the given attributes on the branch that is taken if p is true.
template <typename F>
void ExpectDeferredUnlessAtOnce(std::initializer_list<const char*> places, F write) {
  const auto predict = [&](const char* place, const char* error) {
    return Thrown([&] {
      ModelBuilder b;
      write(b, ThrowAttrs(place, error));
      Session session(std::move(b.model));
      const std::vector<Tensor> values = {F32({2}, {1, 2}), Bool({}, {0})};
      ExpectTensor(RunSession(session, {"x", "p"}, values, {"y"})[0], F32({2}, {-1, -2}));
    });
  };
  for (const char* place : places) {
    CAPTURE(std::string(place));
    for (const char* error : kAtOnce) CHECK(predict(place, error) == error);
    CHECK(predict(place, "shape") == "nothing");
  }
}

TEST_CASE("only a bug and a lack of memory may not wait") {
  for (int code = 0; code <= static_cast<int>(Code::kWeightMissing); ++code) {
    const Error error(static_cast<Code>(code), "");
    const bool at_once = error.code() == Code::kInternal || error.code() == Code::kOom;
    CHECK(MayDefer(error) == !at_once);
  }
}

TEST_CASE("passes leave nodes with faults as they are, and nothing else") {
  for (const char* place : {"infer", "kernel", "run"}) {
    CAPTURE(std::string(place));
    const auto optimize = [&](const char* error) {
      return Thrown([&] {
        ModelBuilder b;
        const Edge one = b.Const("one", F32({}, {1}));
        b.Output("y", b.Op("y", "TestThrow", {one}, ThrowAttrs(place, error)));
        Optimize(b.graph());
        CHECK(b.graph().Find("y") != kNoNode);
        CHECK(b.graph().node(b.graph().Find("y")).op == "TestThrow");
      });
    };
    for (const char* error : kAtOnce) CHECK(optimize(error) == error);
    CHECK(optimize("shape") == "nothing");
  }
}

TEST_CASE("a fault on a branch that is not taken waits for the run, nothing else does") {
  ExpectDeferredUnlessAtOnce({"infer", "kernel"}, [](ModelBuilder& b, const TestAttrs& attrs) {
    const NodeId data = b.Op("data", "Switch", {b.Input("x"), b.Input("p")}).node;
    const Edge bad = b.Op("bad", "TestThrow", {{data, 1}}, attrs);
    b.Output("y", b.Op("y", "Merge", {b.Op("good", "Neg", {{data, 0}}), bad}));
  });
}

void AddIf(ModelBuilder& b) {
  b.Function("good", [](BodyBuilder& f) { f.Output("y", f.Op("neg", "Neg", {f.Input("x")})); });
  b.Output("y", b.Op("y", "If", {b.Input("p"), b.Input("x")},
                     {{"then_branch", FunctionAttr("bad")},
                      {"else_branch", FunctionAttr("good")},
                      {"Tout", TypesAttr(1)}}));
}

TEST_CASE("a fault in planning a function that is not called waits, nothing else does") {
  ExpectDeferredUnlessAtOnce({"infer", "kernel"}, [](ModelBuilder& b, const TestAttrs& attrs) {
    b.Function("bad", [&](BodyBuilder& f) {
      f.Output("y", f.Op("throws", "TestThrow", {f.Input("x")}, attrs));
    });
    AddIf(b);
  });
}

TEST_CASE("a fault in compiling a function that is not called waits, nothing else does") {
  ExpectDeferredUnlessAtOnce(
      {"infer", "kernel", "run"}, [](ModelBuilder& b, const TestAttrs& attrs) {
        b.Function("bad", [&](BodyBuilder& f) {
          const Edge throws = f.Op("throws", "TestThrow", {f.Const("one", F32({}, {1}))}, attrs);
          f.Output("y", f.Op("sum", "Add", {f.Input("x"), throws}));
        });
        AddIf(b);
      });
  // An error of the pass itself, before it folds anything.
  ModelBuilder b;
  b.Function("bad", [&](BodyBuilder& f) {
    const Edge x = f.Input("x");
    const Edge first = f.Op("first", "Neg", {x});
    f.graph().node(first.node).inputs[0] = f.Op("second", "Neg", {first});
    f.Output("y", first);
  });
  AddIf(b);
  Session session(std::move(b.model));
  const auto run = [&](int p) {
    return RunSession(session, {"x", "p"}, {F32({}, {1}), Bool({}, {p})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({}, {-1}));
  CHECK(ErrorOf([&] { run(1); }).starts_with("E_CYCLE"));
}

TEST_CASE("an error that does not wait leaves the session usable") {
  ModelBuilder b;
  const Edge x = b.Input("x");
  b.Output("bad",
           b.Op("bad", "TestThrow", {b.Const("one", F32({}, {1}))}, ThrowAttrs("run", "oom")));
  b.Output("good", b.Op("good", "Neg", {x}));
  Session session(std::move(b.model));
  for (int round = 0; round < 2; ++round) {
    CHECK(Thrown([&] { RunSession(session, {}, {}, {"bad"}); }) == "oom");
    ExpectTensor(RunSession(session, {"x"}, {F32({}, {1})}, {"good"})[0], F32({}, {-1}));
  }
}

}  // namespace
}  // namespace tfwasm
