// SPDX-License-Identifier: Apache-2.0
// Memory that is not there, anywhere between a model and its results: E_OOM, nothing is left
// behind, and the next run is right.
#include <doctest/doctest.h>

#include <new>

#include "executor/model_builder.h"
#include "failing_allocation.h"

namespace tfwasm {
namespace {

// Of float32: more than the address space of WebAssembly, and more than it has. The native tests
// have less than either (main.cc).
constexpr int32_t kHuge[] = {kIntMax, 975'000'000};

TEST_CASE("results, intermediates and shapes of data that memory does not hold are E_OOM") {
  struct Case {
    std::string where;
    Edge (*write)(ModelBuilder& b, Edge x, Edge dims, int32_t size);
  };
  for (const int32_t size : kHuge) {
    CAPTURE(size);
    const Case cases[] = {
        {"a result",
         [](ModelBuilder& b, Edge x, Edge, int32_t size) {
           return b.Op("y", "BroadcastTo", {x, b.Const("to", I32({2}, {size, 1}))});
         }},
        {"an intermediate value",
         [](ModelBuilder& b, Edge x, Edge, int32_t size) {
           const Edge wide = b.Op("wide", "BroadcastTo", {x, b.Const("to", I32({2}, {size, 1}))});
           return b.Op("y", "Mean", {wide, b.Const("axes", I32({2}, {0, 1}))});
         }},
        {"a shape that only the run tells",
         [](ModelBuilder& b, Edge x, Edge dims, int32_t) {
           const Edge filled = b.Op("filled", "Fill", {dims, x});
           return b.Op("y", "Mean", {filled, b.Const("axes", I32({1}, {0}))});
         }},
    };
    for (const Case& c : cases) {
      CAPTURE(c.where);
      ModelBuilder b;
      const Edge x = b.Input("x");
      const Edge dims = b.Input("dims");
      b.Output("y", c.write(b, x, dims, size));
      b.Output("twice", b.Op("twice", "Add", {x, x}));
      Session session(std::move(b.model));
      const std::vector<Tensor> feeds = {F32({}, {1.5f}), I32({1}, {size})};
      const auto code = [&] {
        return ErrorCodeOf([&] { RunSession(session, {"x", "dims"}, feeds, {"y"}); });
      };
      CHECK(code() == "E_OOM");
      const size_t live = Buffer::live_count();
      CHECK(code() == "E_OOM");
      CHECK(Buffer::live_count() == live);
      ExpectTensor(RunSession(session, {"x"}, {feeds[0]}, {"twice"})[0], F32({}, {3}));
    }
  }
}

// Layers whose weights are packed, a loop, a shape that depends on data, strings.
ModelDef MakeModel() {
  ModelBuilder b;
  TestRandom random(1);
  b.Function("cond", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    f.Input("x");
    f.Output("go_on", f.Op("less", "Less", {i, f.Const("limit", F32({}, {2}))}));
  });
  b.Function("body", [&](BodyBuilder& f) {
    const Edge i = f.Input("i");
    const Edge x = f.Input("x");
    f.Output("i", f.Op("inc", "AddV2", {i, f.Const("one", F32({}, {1}))}));
    f.Output("x", f.Op("product", "MatMul", {x, f.Const("w", random.Floats({8, 8}))}));
  });
  const TestAttrs window = {{"strides", {1, 1, 1, 1}}, {"padding", "SAME"}};
  const Edge image = b.Input("image");
  const Edge conv =
      b.Op("conv", "Conv2D", {image, b.Const("filter", random.Floats({3, 3, 2, 8}))}, window);
  const Edge bias = b.Op("bias", "BiasAdd", {conv, b.Const("biases", random.Floats({8}))});
  const Edge relu = b.Op("relu", "Relu", {bias});
  const Edge depthwise = b.Op("depthwise", "DepthwiseConv2dNative",
                              {relu, b.Const("taps", random.Floats({3, 3, 8, 1}))}, window);
  const Edge sum = b.Op("sum", "AddV2", {depthwise, relu});
  const Edge pooled = b.Op("pooled", "Mean", {sum, b.Const("axes", I32({2}, {1, 2}))});
  const NodeId loop = b.Op("loop", "While", {b.Const("zero", F32({}, {0})), pooled},
                           {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}})
                          .node;
  const Edge scores = b.Op("scores", "Softmax", {{loop, 1}});
  const Edge positive =
      b.Op("positive", "Greater", {{loop, 1}, b.Const("threshold", F32({}, {0}))});
  const Edge places = b.Op("places", "Where", {positive});
  b.Output("scores", scores);
  b.Output("picked", b.Op("picked", "GatherNd", {scores, places}));
  b.Output("text",
           b.Op("text", "StaticRegexReplace", {b.Input("name")},
                {{"pattern", "a(.)"}, {"rewrite", "\\1 and \\1"}, {"replace_global", true}}));
  return std::move(b.model);
}

struct Attempt {
  bool has_failed = false;  // the allocation was asked for, and refused
  std::string error;        // "" when there was none
};

// Does `work`, whose allocation number `index` fails.
template <typename F>
Attempt TryWithout(int64_t index, F work) {
  const FailingAllocation failing(index);
  Attempt attempt;
  const char* error = "";
  try {
    work();
  } catch (const Error& e) {
    error = CodeName(e.code()).data();
  } catch (const std::bad_alloc&) {
    error = "E_OOM";
  }
  attempt.has_failed = failing.has_failed();
  attempt.error = error;
  return attempt;
}

TEST_CASE("any allocation may fail while a model is made ready and run") {
  const std::vector<std::string> feeds = {"image", "name"};
  const std::vector<std::string> fetches = {"scores", "picked", "text"};
  const std::vector<Tensor> values = {TestRandom(2).Floats({2, 9, 9, 2}),
                                      Strings({2}, {"a", "a name that is no short string"})};
  Session whole(MakeModel());
  const std::vector<Tensor> expected = RunSession(whole, feeds, values, fetches);
  const auto expect_right = [&](const std::vector<Tensor>& actual) {
    REQUIRE(actual.size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) ExpectSameBytes(actual[i], expected[i]);
  };
  const ModelDef model = MakeModel();
  const size_t live = Buffer::live_count();
  int failures = 0;
  for (int64_t index = 0;; ++index) {
    CAPTURE(index);
    REQUIRE(index < 100'000);
    {
      std::unique_ptr<Session> session;
      std::vector<Tensor> results;
      const Attempt attempt = TryWithout(index, [&] {
        session = std::make_unique<Session>(model);
        results = RunSession(*session, feeds, values, fetches);
      });
      if (!attempt.has_failed) break;
      // A pass may do without what it had no memory for.
      if (attempt.error.empty()) {
        expect_right(results);
      } else {
        CHECK(attempt.error == "E_OOM");
        ++failures;
      }
      // The model is as good as new.
      if (session != nullptr) expect_right(RunSession(*session, feeds, values, fetches));
    }
    CHECK(Buffer::live_count() == live);
  }
  CHECK(failures > 100);
}

}  // namespace
}  // namespace tfwasm
