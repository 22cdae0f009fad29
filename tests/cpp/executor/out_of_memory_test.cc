// SPDX-License-Identifier: Apache-2.0
// Lets each allocation fail in turn while models are loaded and run: the call must throw E_OOM,
// leak nothing, and leave the next call correct.
#include <doctest/doctest.h>

#include "executor/eager.h"
#include "executor/load_model.h"
#include "executor/model_builder.h"
#include "failing_allocation.h"
#include "graph/constants.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "graph/weights.h"
#include "kernels/scratch.h"

namespace tfwasm {
namespace {

constexpr std::string_view kGraph = R"({"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"},
    "shape": {"shape": {"dim": [{"size": "-1"}, {"size": "4"}, {"size": "4"}, {"size": "2"}]}}}},
  {"name": "filter", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor":
    {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "3"}, {"size": "3"}, {"size": "2"}, {"size": "3"}]}}}}},
  {"name": "bias", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor":
    {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "3"}]}}}}},
  {"name": "dense", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor":
    {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "48"}, {"size": "5"}]}}}}},
  {"name": "flat", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}, "value": {"tensor":
    {"dtype": "DT_INT32", "tensorShape": {"dim": [{"size": "2"}]}, "intVal": [-1, 48]}}}},
  {"name": "conv", "op": "Conv2D", "input": ["x", "filter"], "attr": {
    "strides": {"list": {"i": ["1", "1", "1", "1"]}}, "padding": {"s": "U0FNRQ=="}}},
  {"name": "biased", "op": "BiasAdd", "input": ["conv", "bias"]},
  {"name": "relu", "op": "Relu", "input": ["biased"]},
  {"name": "pool", "op": "MaxPool", "input": ["relu"], "attr": {
    "ksize": {"list": {"i": ["1", "2", "2", "1"]}}, "strides": {"list": {"i": ["1", "1", "1", "1"]}},
    "padding": {"s": "U0FNRQ=="}}},
  {"name": "flattened", "op": "Reshape", "input": ["pool", "flat"]},
  {"name": "logits", "op": "MatMul", "input": ["flattened", "dense"]},
  {"name": "y", "op": "Softmax", "input": ["logits"]},
  {"name": "top", "op": "TopKV2", "input": ["y", "two"]},
  {"name": "two", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}, "value": {"tensor":
    {"dtype": "DT_INT32", "intVal": [2]}}}}
  ], "versions": {"producer": 1}})";

constexpr std::string_view kSpecs = R"([
  {"name": "filter", "shape": [3, 3, 2, 3], "dtype": "float32"},
  {"name": "bias", "shape": [3], "dtype": "float32",
   "quantization": {"dtype": "uint8", "scale": 0.01, "min": -1}},
  {"name": "dense", "shape": [48, 5], "dtype": "float32",
   "quantization": {"dtype": "uint16", "scale": 0.0001, "min": -1}},
  {"name": "labels", "shape": [2], "dtype": "string"}])";

constexpr std::string_view kSignature =
    R"({"inputs": {"image": {"name": "x:0"}}, "outputs": {"scores": {"name": "y:0"}}})";

Tensor Image() {
  return MakeF32({1, 4, 4, 2}, [](size_t i) { return 0.25 * static_cast<double>(i % 7) - 0.5; });
}

// Decodes the weights, one Commit per target.
WeightMap ReadWeights() {
  WeightDecoder decoder(kSpecs);
  uint8_t next = 0;
  for (std::span<uint8_t> target = decoder.Target(); !target.empty(); target = decoder.Target()) {
    // The filter is filled with small float32 numbers, the labels with empty strings.
    const bool is_filter = next == 0;
    for (size_t i = 0; i < target.size(); ++i) {
      target[i] = is_filter ? static_cast<uint8_t>(i % 4 == 3 ? 0x3d : i % 13) : 0;
      if (target.size() > 8 && !is_filter) target[i] = static_cast<uint8_t>(i * 37);
    }
    ++next;
    decoder.Commit(target.size());
  }
  return decoder.Take();
}

std::unique_ptr<Session> LoadNetwork() {
  const WeightMap weights = ReadWeights();
  auto session =
      LoadModel({.model = ReadGraphDef(kGraph, OutputPosition), .signature = kSignature}, weights);
  DescribeModel(session->model());
  return session;
}

// A model with dynamic steps: loops, lists.
std::unique_ptr<Session> DynamicModel() {
  ModelBuilder b;
  b.Function("cond", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    f.Input("x");
    f.Output("more", f.Op("less", "Less", {i, f.Const("limit", F32({}, {3}))}));
  });
  b.Function("body", [](BodyBuilder& f) {
    const Edge i = f.Input("i");
    const Edge x = f.Input("x");
    const Edge axis = f.Const("axis", I32({}, {0}));
    f.Output("i_out", f.Op("next", "Add", {i, f.Const("one", F32({}, {1}))}));
    f.Output("x_out", f.Op("twice", "ConcatV2", {x, x, axis}));
  });
  const Edge x = b.Input("x");
  const NodeId loop = b.Op("loop", "While", {b.Const("zero", F32({}, {0})), x},
                           {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}})
                          .node;
  const Edge grown = {.node = loop, .output = 1};
  const Edge positive =
      b.Op("where", "Where", {b.Op("gt", "Greater", {grown, b.Const("z", F32({}, {0}))})});
  const Edge list = b.Op("list", "TensorListFromTensor", {grown, b.Const("shape", I32({0}, {}))},
                         {{"element_dtype", DType::kFloat32}});
  const Edge stacked = b.Op("stacked", "TensorListStack", {list, b.Const("same", I32({0}, {}))},
                            {{"element_dtype", DType::kFloat32}});
  b.Output("y", b.Op("y", "Add",
                     {stacked, b.Op("sum", "Sum",
                                    {b.Op("cast", "Cast", {positive}, {{"DstT", DType::kFloat32}}),
                                     b.Const("all", I32({2}, {0, 1}))})}));
  return std::make_unique<Session>(std::move(b.model));
}

// Calls `f` repeatedly, with the first allocation failing, then the second, and so on. Calls
// `check` after each.
template <typename F, typename Check>
void FailEveryAllocation(F f, Check check) {
  // Creates what persists, such as scratch memory.
  f();
  check();
  for (int64_t number = 1;; ++number) {
    CAPTURE(number);
    REQUIRE(number < 100000);
    ReleaseScratchSpace();
    const size_t buffers = Buffer::live_count();
    bool has_failed = false;
    std::string error;
    {
      const FailingAllocation failing(number);
      try {
        f();
      } catch (const Error& e) {
        if (e.code() != Code::kOom) error = e.message();
      } catch (const std::bad_alloc&) {
      } catch (const std::exception& e) {
        error = e.what();
      }
      has_failed = failing.has_failed();
    }
    REQUIRE(error == "");
    check();
    ReleaseScratchSpace();
    REQUIRE(Buffer::live_count() == buffers);
    if (!has_failed) break;
  }
}

TEST_CASE("loading a model when memory is short") {
  const Tensor image = Image();
  const auto run = [&](Session& session) {
    return session.Run(session.Compile({"image"}, {"scores", "top:1"}), {{image}});
  };
  const auto expected = run(*LoadNetwork());
  FailEveryAllocation([] { LoadNetwork(); },
                      [&] {
                        const auto outputs = run(*LoadNetwork());
                        ExpectTensor(outputs[0], expected[0]);
                        ExpectTensor(outputs[1], expected[1]);
                      });
}

// After a failed run, the session must still give correct results.
void TestSession(const std::function<std::unique_ptr<Session>()>& make, const std::string& feed,
                 const std::vector<std::string>& fetches, const Tensor& input) {
  const auto run = [&](Session& session) {
    return session.Run(session.Compile({feed}, fetches), {{input}});
  };
  const std::vector<Tensor> expected = run(*make());
  std::unique_ptr<Session> session;
  const auto compare = [&] {
    const std::vector<Tensor> outputs = run(*session);
    for (size_t i = 0; i < outputs.size(); ++i) ExpectTensor(outputs[i], expected[i]);
  };
  SUBCASE("a first run") {
    session = make();
    FailEveryAllocation([&] { run(*session); },
                        [&] {
                          compare();
                          session = make();
                        });
  }
  SUBCASE("a later run") {
    session = make();
    run(*session);
    FailEveryAllocation([&] { run(*session); }, compare);
  }
  SUBCASE("a run in parts") {
    session = make();
    run(*session);
    const auto run_in_parts = [&] {
      const int id = session->StartRun(session->Compile({feed}, fetches), {{input}});
      while (!session->ContinueRun(id, 0)) {
      }
    };
    FailEveryAllocation(run_in_parts, compare);
  }
}

TEST_CASE("running a network when memory is short") {
  TestSession(LoadNetwork, "image", {"scores", "top:1"}, Image());
}

TEST_CASE("running loops and lists when memory is short") {
  TestSession(DynamicModel, "x", {"y"}, F32({2}, {1, -2}));
}

TEST_CASE("eager ops when memory is short") {
  EagerOps ops;
  const Tensor x = MakeF32({2, 40}, [](size_t i) { return i % 5; });
  const Tensor w = MakeF32({40, 3}, [](size_t i) { return i % 3; });
  const FlagList none(2, false);
  Tensor product;
  const auto run = [&] {
    const int id = ops.Register("MatMul", {});
    // Repeated weights get packed.
    for (int i = 0; i < 3; ++i) product = ops.Run(id, {x, w}, none)[0];
  };
  run();
  const Tensor expected = product;
  FailEveryAllocation(
      [&] {
        product = Tensor();
        ops.Clear();
        run();
        product = Tensor();
      },
      [&] {
        product = Tensor();
        run();
        ExpectTensor(product, expected);
        product = Tensor();
        ops.Clear();
      });
}

// As float32 dimensions: beyond the wasm address space, and all of it but 160 KB. Both exceed the
// limit of the native tests (main.cc).
constexpr int32_t kHuge[] = {kIntMax, 1'073'700'000};

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

}  // namespace
}  // namespace tfwasm
