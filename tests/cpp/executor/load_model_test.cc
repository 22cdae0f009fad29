// SPDX-License-Identifier: Apache-2.0
#include "executor/load_model.h"

#include <doctest/doctest.h>

#include "executor/model_builder.h"
#include "graph/graphdef_reader.h"

namespace tfwasm {
namespace {

constexpr std::string_view kTopology = R"({"node": [
  {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_INT32"}}},
  {"name": "table", "op": "Placeholder", "attr": {"dtype": {"type": "DT_RESOURCE"}}},
  {"name": "default", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "y", "op": "LookupTableFindV2", "input": ["table", "x", "default"]}]})";
constexpr std::string_view kSignature = R"({
  "inputs": {"keys": {"name": "x:0"}, "table": {"name": "table:0", "resourceId": "3"}},
  "outputs": {"values": {"name": "y:0"}}})";
constexpr std::string_view kInitializer = R"({"node": [
  {"name": "made", "op": "HashTableV2", "attr": {"key_dtype": {"type": "DT_INT32"},
   "value_dtype": {"type": "DT_FLOAT"}, "shared_name": {"s": "dA=="}}},
  {"name": "keys", "op": "Const", "attr": {"dtype": {"type": "DT_INT32"}}},
  {"name": "values", "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}}},
  {"name": "fill", "op": "LookupTableImportV2", "input": ["made", "keys", "values"]}]})";
constexpr std::string_view kInitializerSignature =
    R"({"outputs": {"table": {"name": "made:0", "resourceId": "3"}}})";

WeightMap Weights() {
  WeightMap weights;
  weights.tensors.emplace("default", F32({}, {-1}));
  weights.tensors.emplace("keys", I32({2}, {4, 5}));
  weights.tensors.emplace("values", F32({2}, {0.5f, 0.25f}));
  return weights;
}

ModelSource Source() {
  return {.model = ReadGraphDef(kTopology, OutputPosition),
          .signature = kSignature,
          .initializer = kInitializer,
          .initializer_signature = kInitializerSignature};
}

TEST_CASE("a model is loaded out of its parts") {
  const auto session = LoadModel(Source(), Weights());
  REQUIRE(session->model().inputs.size() == 1);
  CHECK(session->model().inputs[0].key == "keys");
  CHECK(session->model().outputs[0].key == "values");
  ExpectTensor(RunSession(*session, {"keys"}, {I32({3}, {5, 6, 4})}, {"values"})[0],
               F32({3}, {0.25f, -1, 0.5f}));
}

TEST_CASE("a model without signature and initializer has the inputs and outputs of its graph") {
  const auto session =
      LoadModel({.model = ReadGraphDef(R"({"node": [{"name": "x", "op": "Placeholder"},
                                          {"name": "y", "op": "Neg", "input": ["x"]}]})",
                                       OutputPosition)},
                {});
  ExpectTensor(RunSession(*session, {"x"}, {F32({}, {2})}, {"y"})[0], F32({}, {-2}));
}

TEST_CASE("what is wrong with a part is said") {
  const auto message = [](auto change) {
    ModelSource source = Source();
    WeightMap weights = Weights();
    change(source, weights);
    return ErrorOf([&] { LoadModel(std::move(source), weights); });
  };
  CHECK(message([](ModelSource&, WeightMap& weights) { weights.tensors.erase("default"); }) ==
        "E_WEIGHT_MISSING 1 constant has no weights: 'default'");
  CHECK(message([](ModelSource&, WeightMap& weights) { weights.tensors.erase("keys"); }) ==
        "E_WEIGHT_MISSING 1 constant has no weights: 'keys'");
  CHECK(message([](ModelSource& source, WeightMap&) {
          source.signature = "{";
        }).starts_with("E_JSON"));
  CHECK(message([](ModelSource& source, WeightMap&) {
          source.initializer = "[]";
        }).starts_with("E_JSON"));
  CHECK(message([](ModelSource& source, WeightMap&) {
          source.initializer_signature = R"({"outputs": {"table": {"name": "nowhere:0"}}})";
        }).starts_with("E_EDGE"));
  CHECK(message([](ModelSource&, WeightMap& weights) {
          weights.tensors.find("values")->second = F32({1}, {1});
        }).starts_with("E_SHAPE [LookupTableImportV2 'fill']"));
}

}  // namespace
}  // namespace tfwasm
