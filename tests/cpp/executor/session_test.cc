// SPDX-License-Identifier: Apache-2.0
#include "executor/session.h"

#include <doctest/doctest.h>

#include "core/buffer.h"
#include "graph/graphdef_reader.h"
#include "graph/signature.h"
#include "ops/op_test.h"

namespace tfwasm {
namespace {

// y = relu(x + 1), z = y * y
constexpr std::string_view kTopology = R"({"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"},
   "shape": {"shape": {"dim": [{"size": "-1"}, {"size": "2"}]}}}},
  {"name": "one", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"},
   "value": {"tensor": {"dtype": "DT_FLOAT", "tensorShape": {}, "floatVal": [1]}}}},
  {"name": "sum", "op": "AddV2", "input": ["x", "one"]},
  {"name": "y", "op": "Relu", "input": ["sum"]},
  {"name": "z", "op": "Mul", "input": ["y", "y"]}]})";

int FirstOutput(const Node&, std::string_view, int index) { return index; }

Session Load(std::string_view topology) { return Session(ReadGraphDef(topology, FirstOutput)); }

std::vector<Tensor> Predict(Session& session, std::vector<std::string> feeds,
                            std::vector<std::string> fetches, std::vector<Tensor> inputs) {
  return session.Run(session.Compile(feeds, fetches), inputs);
}

std::string MessageOf(Session& session, std::vector<std::string> feeds,
                      std::vector<std::string> fetches, std::vector<Tensor> inputs) {
  try {
    Predict(session, std::move(feeds), std::move(fetches), std::move(inputs));
  } catch (const Error& error) {
    return StrCat(CodeName(error.code()), " ", error.message());
  }
  return "no error";
}

TEST_CASE("a session predicts, for any batch size") {
  Session session = Load(kTopology);
  ExpectTensor(Predict(session, {"x"}, {"z"}, {F32({1, 2}, {1, -3})})[0], F32({1, 2}, {4, 0}));
  ExpectTensor(Predict(session, {"x"}, {"z"}, {F32({2, 2}, {0, 1, 2, 3})})[0],
               F32({2, 2}, {1, 4, 9, 16}));
  ExpectTensor(Predict(session, {"x"}, {"z"}, {F32({0, 2}, {})})[0], F32({0, 2}, {}));
}

TEST_CASE("inputs and outputs must be tensors that the graph has") {
  for (const auto& [signature, message] : {
           std::pair(R"({"inputs": {"image": {"name": "x:1"}}})",
                     "'image' is output 1 of 'x', which has 1"),
           std::pair(R"({"outputs": {"label": {"name": "z:7"}}})",
                     "'label' is output 7 of 'z', which has 1"),
       }) {
    ModelDef model = ReadGraphDef(kTopology, FirstOutput);
    ApplySignature(model, signature);
    CHECK_THROWS_WITH_AS(Session(std::move(model)), message, Error);
  }
  Session session = Load(kTopology);
  const Tensor x = F32({1, 2}, {1, -3});
  CHECK(MessageOf(session, {"x:1"}, {"z"}, {x}) ==
        "E_INPUT the model has no tensor 'x:1': 'x' has 1 output");
  CHECK(MessageOf(session, {"x"}, {"sum:2"}, {x}) ==
        "E_INPUT the model has no tensor 'sum:2': 'sum' has 1 output");
}

TEST_CASE("an output of known shape can be read though that of its neighbour is not known") {
  Session session = Load(R"({"node": [
    {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_INT32"}}},
    {"name": "unique", "op": "Unique", "input": ["x"]},
    {"name": "negative", "op": "Neg", "input": ["unique:1"]},
    {"name": "twice", "op": "AddV2", "input": ["negative", "negative"]},
    {"name": "shape", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"},
     "value": {"tensor": {"dtype": "DT_INT32", "tensorShape": {"dim": [{"size": "2"}]},
      "intVal": [2, 2]}}}},
    {"name": "matrix", "op": "Reshape", "input": ["unique:1", "shape"]}]})");
  const auto outputs =
      Predict(session, {"x"}, {"twice", "matrix", "unique:1"}, {I32({4}, {7, 5, 7, 3})});
  ExpectTensor(outputs[0], I32({4}, {0, -2, 0, -4}));
  ExpectTensor(outputs[1], I32({2, 2}, {0, 1, 0, 2}));
  ExpectTensor(outputs[2], I32({4}, {0, 1, 0, 2}));
}

TEST_CASE("intermediate nodes can be fetched and fed") {
  Session session = Load(kTopology);
  const auto fetched = Predict(session, {"x"}, {"z", "sum", "y:0"}, {F32({1, 2}, {1, -3})});
  ExpectTensor(fetched[0], F32({1, 2}, {4, 0}));
  ExpectTensor(fetched[1], F32({1, 2}, {2, -2}));
  ExpectTensor(fetched[2], F32({1, 2}, {2, 0}));
  ExpectTensor(Predict(session, {"y"}, {"z"}, {F32({1, 2}, {3, -3})})[0], F32({1, 2}, {9, 9}));
  ExpectTensor(Predict(session, {"x"}, {"x"}, {F32({1, 2}, {3, 4})})[0], F32({1, 2}, {3, 4}));
  ExpectTensor(Predict(session, {}, {"one"}, {})[0], F32({}, {1}));
}

TEST_CASE("the same feeds and fetches are compiled once") {
  Session session = Load(kTopology);
  CHECK(session.Compile({"x"}, {"z"}) == session.Compile({"x"}, {"z"}));
  CHECK(session.Compile({"x"}, {"z"}) != session.Compile({"x"}, {"y"}));
}

TEST_CASE("wrong inputs are refused by name, and nothing leaks") {
  Session session = Load(kTopology);
  Predict(session, {"x"}, {"z"}, {F32({1, 2}, {1, 2})});
  const size_t buffers = Buffer::live_count();
  CHECK(MessageOf(session, {"x"}, {"z"}, {F32({1, 3}, {1, 2, 3})}) ==
        "E_INPUT input 'x': expected float32 [?,2], got float32 [1,3]");
  CHECK(MessageOf(session, {"x"}, {"z"}, {I32({1, 2}, {1, 2})}) ==
        "E_INPUT input 'x': expected float32 [?,2], got int32 [1,2]");
  CHECK(MessageOf(session, {"x", "x"}, {"z"}, {F32({1, 2}, {1, 2}), F32({1, 2}, {1, 2})}) ==
        "E_INPUT input 'x' is given twice");
  CHECK(MessageOf(session, {}, {"z"}, {}).find("'x'") != std::string::npos);
  CHECK(MessageOf(session, {"nope"}, {"z"}, {F32({}, {1})}).find("'nope'") != std::string::npos);
  CHECK(MessageOf(session, {"x"}, {"nope"}, {F32({1, 2}, {1, 2})}).find("'nope'") !=
        std::string::npos);
  CHECK(MessageOf(session, {"x"}, {"z:1"}, {F32({1, 2}, {1, 2})}).starts_with("E_"));
  CHECK(Buffer::live_count() == buffers);
}

TEST_CASE("one error names every unsupported op") {
  std::string message;
  try {
    Load(R"({"node": [{"name": "a", "op": "Foo"}, {"name": "b", "op": "Bar", "input": ["a"]},
                      {"name": "c", "op": "Foo", "input": ["b"]}],
             "library": {"function": [{"signature": {"name": "f"},
                                       "nodeDef": [{"name": "d", "op": "Baz"}]}]}})");
  } catch (const Error& error) {
    CHECK(error.code() == Code::kOp);
    message = error.message();
  }
  CHECK(message ==
        "the model uses ops that are not supported: Bar (1x, e.g. 'b'), Foo (2x, e.g. 'c'); where "
        "they may never run, it also has: Baz (1x, e.g. 'd')");
}

TEST_CASE("a cycle is an error") {
  Session session = Load(R"({"node": [{"name": "a", "op": "Relu", "input": ["b"]},
                                      {"name": "b", "op": "Relu", "input": ["a"]}]})");
  CHECK(MessageOf(session, {}, {"b"}, {}).starts_with("E_CYCLE"));
}

TEST_CASE("the profiler names what ran") {
  Session session = Load(kTopology);
  session.SetProfiling(true);
  Predict(session, {"x"}, {"y"}, {F32({1, 2}, {1, 2})});
  const auto profiles = session.TakeProfile();
  REQUIRE(!profiles.empty());
  CHECK(profiles.back().op == "Relu");
  CHECK(profiles.back().output_bytes == 8);
  CHECK(profiles.back().input_shapes == std::vector<Shape>{Shape({1, 2})});
  CHECK(profiles.back().output_shapes == std::vector<Shape>{Shape({1, 2})});
  CHECK(session.TakeProfile().empty());
}

TEST_CASE("a run can be planned before it is run") {
  Session session = Load(kTopology);
  const std::vector<Tensor> feeds = {F32({1, 2}, {1, -2})};
  const int id = session.Compile({"x"}, {"y"});
  session.MakePlan(id, feeds);
  const std::vector<Tensor> planned = session.Run(id, feeds);
  Session other = Load(kTopology);
  const std::vector<Tensor> expected = other.Run(other.Compile({"x"}, {"y"}), feeds);
  CHECK(planned[0].values<float>()[0] == expected[0].values<float>()[0]);
  CHECK(planned[0].values<float>()[1] == expected[0].values<float>()[1]);
  const std::vector<Tensor> misfits = {F32({3}, {1, 2, 3})};
  CHECK_THROWS_AS(session.MakePlan(id, misfits), Error);
  CHECK_THROWS_AS(session.MakePlan(7, feeds), Error);
}

}  // namespace
}  // namespace tfwasm
