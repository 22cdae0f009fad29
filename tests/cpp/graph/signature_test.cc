// SPDX-License-Identifier: Apache-2.0
#include "graph/signature.h"

#include <doctest/doctest.h>

#include "graph/graphdef_reader.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

// x, y: placeholders; split -> 2 outputs; out.
ModelDef TestModel() {
  return ReadGraphDef(R"({"node": [
      {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"},
       "shape": {"shape": {"dim": [{"size": -1}, {"size": 4}]}}}},
      {"name": "y", "op": "Placeholder"},
      {"name": "split", "op": "Split", "input": ["y", "x"]},
      {"name": "out", "op": "AddV2", "input": ["split:0", "split:1"]}],
      "versions": {"producer": 808}})",
                      [](const Node&, std::string_view, int index) { return index; });
}

constexpr std::string_view kSignature = R"({
    "inputs": {"zebra": {"name": "y:0", "dtype": "DT_INT64",
                         "tensorShape": {"dim": [{"size": "2"}]}},
               "pruned": {"name": "gone:0", "dtype": "DT_FLOAT"},
               "apple": {"name": "x", "dtype": "DT_HALF", "tensorShape": {"unknownRank": true}}},
    "outputs": {"sum": {"name": "out:0", "dtype": "DT_FLOAT"},
                "half": {"name": "split:1", "dtype": "DT_FLOAT",
                         "tensorShape": {"dim": [{"size": "-1"}, {"size": "2"}]}}}})";

TEST_CASE("a signature names inputs and outputs, in its order") {
  ModelDef model = TestModel();
  ApplySignature(model, kSignature);
  const Graph& graph = model.graph;
  REQUIRE(graph.inputs.size() == 2);
  CHECK(graph.inputs[0].name == "zebra");
  CHECK(graph.inputs[0].edge == Edge{graph.Find("y"), 0});
  CHECK(graph.inputs[1].name == "apple");
  REQUIRE(graph.outputs.size() == 2);
  CHECK(graph.outputs[0].name == "sum");
  CHECK(graph.outputs[1].edge == Edge{graph.Find("split"), 1});
}

TEST_CASE("a model describes itself") {
  ModelDef model = TestModel();
  ApplySignature(model, kSignature);
  // The declaration of the placeholder x overrides the signature.
  CHECK(
      DescribeModel(model) ==
      R"({"version":"808.0","inputs":[)"
      R"({"key":"zebra","name":"y:0","node":"y","dtype":"int32","shape":[2]},)"
      R"({"key":"apple","name":"x","node":"x","dtype":"float32","shape":[-1,4]}],"outputs":[)"
      R"({"key":"sum","name":"out:0","node":"out","dtype":"float32","shape":null},)"
      R"({"key":"half","name":"split:1","node":"split","dtype":"float32","shape":[-1,2]}],"unsupportedOps":[]})");
}

TEST_CASE("without a signature the graph speaks for itself") {
  for (const std::string_view signature : {"", "null", "{}", R"({"inputs": {}, "outputs": {}})"}) {
    CAPTURE(signature);
    ModelDef model = TestModel();
    ApplySignature(model, signature);
    CHECK(
        DescribeModel(model) ==
        R"({"version":"808.0","inputs":[)"
        R"({"key":"x","name":"x","node":"x","dtype":"float32","shape":[-1,4]},)"
        R"({"key":"y","name":"y","node":"y","dtype":null,"shape":null}],"outputs":[)"
        R"({"key":"out","name":"out","node":"out","dtype":null,"shape":null}],"unsupportedOps":[]})");
  }
}

TEST_CASE("malformed signatures are errors and change nothing") {
  struct Case {
    std::string_view signature;
    std::string_view code;
  };
  const Case cases[] = {
      {R"({"outputs": {"o": {"name": "gone"}}})", "E_EDGE"},
      {R"({"outputs": {"o": {"name": "out:x:0"}}})", "E_EDGE"},
      {R"({"outputs": {"o": {"name": "out"}, "o": {"name": "x"}}})", "E_DUPLICATE"},
      {R"({"outputs": {"o": {}}})", "E_JSON"},
      {R"({"outputs": {"o": 1}})", "E_JSON"},
      {R"({"outputs": []})", "E_JSON"},
      {R"([])", "E_JSON"},
      {R"({"inputs": )", "E_JSON"},
      {R"({"inputs": {"i": {"name": "y", "dtype": []}}})", "E_ATTR"},
      {R"({"inputs": {"i": {"name": "y", "tensorShape": {"dim": [{"size": -9}]}}}})", "E_SHAPE"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.signature);
    ModelDef model = TestModel();
    CHECK(ErrorCodeOf([&] { ApplySignature(model, c.signature); }) == c.code);
    CHECK(model.inputs.size() == model.graph.inputs.size());
    CHECK(model.outputs.size() == model.graph.outputs.size());
  }
}

TEST_CASE("tensor names resolve") {
  const ModelDef model = TestModel();
  CHECK(ResolveTensorName(model.graph, "split") == Edge{2, 0});
  CHECK(ResolveTensorName(model.graph, "split:1") == Edge{2, 1});
  for (const std::string_view name : {"", "nobody", "split:", "split:x", "split:-1", ":0"}) {
    CAPTURE(name);
    CHECK(ErrorCodeOf([&] { ResolveTensorName(model.graph, name); }) == "E_INPUT");
  }
  const auto error = ThrownBy([&] { ResolveTensorName(model.graph, "nobody"); });
  CHECK(error->message() ==
        "the model has no tensor 'nobody'; its inputs are 'x', 'y' and its outputs 'out'");
}

}  // namespace
}  // namespace tfwasm
