// SPDX-License-Identifier: Apache-2.0
#include "graph/graphdef_reader.h"

#include <doctest/doctest.h>

#include "thrown_error.h"

namespace tfwasm {
namespace {

// Knows only the outputs of "TopKV2".
int ResolveOutput(const Node& producer, std::string_view name, int index) {
  return producer.op == "TopKV2" && name == "indices" ? 1 + index : index;
}

ModelDef Read(std::string_view json) { return ReadGraphDef(json, ResolveOutput); }

ModelDef ReadNodes(std::string_view nodes) { return Read(StrCat("{\"node\": [", nodes, "]}")); }

std::string Names(const std::vector<NamedEdge>& edges) {
  std::string text;
  for (const NamedEdge& edge : edges) text += StrCat(text.empty() ? "" : " ", edge.name);
  return text;
}

const Node& NodeOf(const Graph& graph, std::string_view name) {
  const NodeId id = graph.Find(name);
  REQUIRE(id != kNoNode);
  return graph.node(id);
}

TEST_CASE("edges point forward, at outputs and at control inputs") {
  const ModelDef model = ReadNodes(R"(
      {"name": "out", "op": "Mystery", "input": ["split:1", "x:0", "^go"]},
      {"name": "split", "op": "Split", "input": ["x"]},
      {"name": "go", "op": "NoOp", "device": "/cpu:0"},
      {"name": "x", "op": "Placeholder",
       "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": "-1"}]}}}})");
  const Graph& graph = model.graph;
  const Node& out = NodeOf(graph, "out");
  CHECK(out.op == "Mystery");
  CHECK(out.inputs == std::vector<Edge>{{graph.Find("split"), 1}, {graph.Find("x"), 0}});
  CHECK(out.control_inputs == std::vector<NodeId>{graph.Find("go")});
  CHECK(NodeOf(graph, "x").attrs.RequireType("dtype") == DType::kFloat32);

  CHECK(Names(graph.inputs) == "x");
  CHECK(Names(graph.outputs) == "out");
  REQUIRE(model.inputs.size() == 1);
  CHECK(model.inputs[0].dtype == DType::kFloat32);
  CHECK(model.inputs[0].shape == Shape{-1});
}

TEST_CASE("by default the outputs are what nobody reads and what has a value") {
  const ModelDef model = ReadNodes(R"(
      {"name": "b", "op": "Relu", "input": ["x"]}, {"name": "a", "op": "Relu", "input": ["x"]},
      {"name": "x", "op": "Placeholder"}, {"name": "init", "op": "NoOp"},
      {"name": "d", "op": "PlaceholderWithDefault", "input": ["x"]},
      {"name": "unused", "op": "Const"}, {"name": "unfed", "op": "Placeholder"})");
  CHECK(Names(model.graph.inputs) == "x d unfed");
  CHECK(Names(model.graph.outputs) == "b a");
  CHECK(model.outputs[0].key == "b");
  CHECK(model.outputs[0].dtype == DType::kInvalid);
}

TEST_CASE("constants carry their value, or declare it") {
  const ModelDef model = ReadNodes(R"(
      {"name": "inline", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"},
       "value": {"tensor": {"dtype": "DT_INT32", "tensorShape": {}, "intVal": [3]}}}},
      {"name": "moved", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"},
       "value": {"tensor": {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "2"}]}}}}})");
  CHECK(NodeOf(model.graph, "inline").value.values<int32_t>()[0] == 3);
  CHECK_FALSE(NodeOf(model.graph, "inline").attrs.Has("value"));
  CHECK(NodeOf(model.graph, "moved").value.empty());
  CHECK(NodeOf(model.graph, "moved").attrs.ShapeOr("shape", {}) == Shape{2});
}

constexpr std::string_view kFunctions = R"({"node": [], "library": {"function": [{
    "signature": {"name": "top", "inputArg": [{"name": "x", "type": "DT_FLOAT"},
                                              {"name": "table", "type": "DT_RESOURCE"}],
                  "outputArg": [{"name": "second", "type": "DT_INT32"},
                                {"name": "first", "type": "DT_FLOAT"}]},
    "nodeDef": [{"name": "neg", "op": "Neg", "input": ["topk:values:0", "^x"]},
                {"name": "topk", "op": "TopKV2", "input": ["x", "k:output:0"],
                 "attr": {"T": {"placeholder": "T"}}},
                {"name": "k", "op": "Const"}],
    "ret": {"first": "neg:y:0", "second": "topk:indices:0"}}]},
    "versions": {"producer": 1087, "minConsumer": "12"}})";

TEST_CASE("library functions") {
  const ModelDef model = Read(kFunctions);
  CHECK(model.producer == 1087);
  CHECK(model.min_consumer == 12);
  REQUIRE(model.functions.contains("top"));
  const Graph& body = model.functions.find("top")->second.body;
  CHECK(Names(body.inputs) == "x table");
  CHECK(NodeOf(body, "x").op == "Placeholder");
  CHECK(NodeOf(body, "x").attrs.RequireType("dtype") == DType::kFloat32);
  CHECK(NodeOf(body, "table").attrs.RequireType("dtype") == DType::kResource);
  CHECK(NodeOf(body, "topk").inputs == std::vector<Edge>{{body.Find("x"), 0}, {body.Find("k"), 0}});
  CHECK(NodeOf(body, "neg").inputs == std::vector<Edge>{{body.Find("topk"), 0}});
  CHECK(NodeOf(body, "neg").control_inputs == std::vector<NodeId>{body.Find("x")});
  REQUIRE(Names(body.outputs) == "second first");
  CHECK(body.outputs[0].edge == Edge{body.Find("topk"), 1});
  CHECK(body.outputs[1].edge == Edge{body.Find("neg"), 0});
}

TEST_CASE("a model without nodes, library or versions") {
  const ModelDef model = Read("{}");
  CHECK(model.graph.size() == 0);
  CHECK(model.producer == 0);
}

TEST_CASE("malformed graphs are errors that name the node") {
  struct Case {
    std::string_view nodes;
    std::string_view code;
    std::string_view node;
  };
  const Case cases[] = {
      {R"({"name": "a", "op": "Relu", "input": ["b"]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": ["^b"]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": ["^^a"]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": [""]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": ["a:-1"]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": ["a:999999999999"]})", "E_EDGE", "a"},
      {R"({"name": "a", "op": "Relu", "input": "x"})", "E_JSON", "a"},
      {R"({"name": "a", "op": "Relu", "input": [1]})", "E_JSON", "a"},
      {R"({"name": "a", "op": "Relu", "attr": []})", "E_JSON", "a"},
      {R"({"name": "a", "op": "Relu", "attr": {"k": {"i": "x"}}})", "E_ATTR", "a"},
      {R"({"name": "a", "op": "Const", "attr": {"value": {"tensor": {"dtype": "DT_FLOAT",
           "tensorShape": {"dim": [{"size": "-5"}]}}}}})",
       "E_SHAPE", "a"},
      {R"({"name": "a", "op": "Placeholder", "attr": {"shape": {"i": 1}}})", "E_ATTR", "a"},
      {R"({"name": "a", "op": "Relu"}, {"name": "a", "op": "Relu"})", "E_DUPLICATE", ""},
      {R"({"name": "a"})", "E_OP", ""},
      {R"({"op": "Relu"})", "E_JSON", ""},
      {R"({"name": 7, "op": "Relu"})", "E_JSON", ""},
      {R"([])", "E_JSON", ""},
  };
  const size_t live_bytes = Buffer::live_bytes();
  for (const Case& c : cases) {
    CAPTURE(c.nodes);
    const auto error = ThrownBy([&] { ReadNodes(c.nodes); });
    REQUIRE(error);
    CHECK(CodeName(error->code()) == c.code);
    CHECK(error->node() == c.node);
  }
  CHECK(Buffer::live_bytes() == live_bytes);
}

TEST_CASE("malformed functions and topologies are errors") {
  struct Case {
    std::string_view function;
    std::string_view code;
    std::string_view node;
  };
  const Case cases[] = {
      {R"({})", "E_JSON", ""},
      {R"({"signature": {"name": "f", "outputArg": [{"name": "y"}]}})", "E_EDGE", "f"},
      {R"({"signature": {"name": "f", "outputArg": [{"name": "y"}]}, "ret": {"y": "x"}})", "E_EDGE",
       "f"},
      {R"({"signature": {"name": "f", "inputArg": [{"name": "x", "numberAttr": "N"}]}})", "E_ATTR",
       "f"},
      {R"({"signature": {"name": "f", "inputArg": [{"name": 5, "numberAttr": "N"}]}})", "E_JSON",
       "f"},
      {R"({"signature": {"name": "f", "inputArg": [{"name": "x"}, {"name": "x"}]}})", "E_DUPLICATE",
       "f"},
      {R"({"signature": {"name": "f"}, "nodeDef": [{"name": "a", "op": "Relu", "input": ["z"]}]})",
       "E_EDGE", "f/a"},
      {R"({"signature": {"name": "f"}}, {"signature": {"name": "f"}})", "E_DUPLICATE", "f"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.function);
    const auto error =
        ThrownBy([&] { Read(StrCat("{\"library\": {\"function\": [", c.function, "]}}")); });
    REQUIRE(error);
    CHECK(CodeName(error->code()) == c.code);
    CHECK(error->node() == c.node);
  }
  const std::pair<std::string_view, std::string_view> topologies[] = {
      {"[]", "E_JSON"},
      {"7", "E_JSON"},
      {"<!doctype html>", "E_JSON"},
      {R"({"node": {}})", "E_JSON"},
      {R"({"versions": {"producer": "x"}})", "E_ATTR"},
      {R"({"library": {"function": 1}})", "E_JSON"}};
  for (const auto& [topology, code] : topologies) {
    CAPTURE(topology);
    CHECK(ErrorCodeOf([&] { Read(topology); }) == code);
  }
}

TEST_CASE("cycles are read, and found when the graph is ordered") {
  const ModelDef model = ReadNodes(R"({"name": "a", "op": "Relu", "input": ["b"]},
                                      {"name": "b", "op": "Relu", "input": ["c"]},
                                      {"name": "c", "op": "Relu", "input": ["x", "^a"]},
                                      {"name": "x", "op": "Placeholder"})");
  CHECK(ErrorCodeOf([&] { model.graph.TopologicalOrder(); }) == "E_CYCLE");
  const ModelDef loop = ReadNodes(R"({"name": "a", "op": "Relu", "input": ["a"]})");
  CHECK(ErrorCodeOf([&] { loop.graph.TopologicalOrder(); }) == "E_CYCLE");
}

TEST_CASE("a chain of many nodes needs no deep stack") {
  constexpr int kLength = 100'000;
  std::string nodes = R"({"name": "n0", "op": "Placeholder"})";
  for (int i = kLength; i > 0; --i) {
    nodes += StrCat(R"(,{"name":"n)", i, R"(","op":"Relu","input":["n)", i - 1, R"("]})");
  }
  const ModelDef model = ReadNodes(nodes);
  const std::vector<NodeId> order = model.graph.TopologicalOrder();
  REQUIRE(order.size() == kLength + 1);
  CHECK(model.graph.node(order.front()).name == "n0");
  CHECK(Names(model.graph.outputs) == StrCat("n", kLength));
}

}  // namespace
}  // namespace tfwasm
