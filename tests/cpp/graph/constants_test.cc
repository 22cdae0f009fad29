// SPDX-License-Identifier: Apache-2.0
#include "graph/constants.h"

#include <doctest/doctest.h>

#include "thrown_error.h"

namespace tfwasm {
namespace {

// A Const as the reader returns it if its value is in the weights.
Node MovedConst(std::string_view name, DType dtype, const Shape& shape) {
  Node node;
  node.name = name;
  node.op = "Const";
  node.attrs.Set("dtype", dtype);
  node.attrs.Set("shape", shape);
  return node;
}

WeightMap Weights(std::string_view name, const Tensor& tensor) {
  WeightMap weights;
  weights.tensors.emplace(name, tensor);
  weights.names.emplace_back(name);
  return weights;
}

TEST_CASE("constants get the weights of their names, in functions too") {
  WeightMap weights = Weights("w", Tensor::FromValues<float>({2}, {1, 2}));
  weights.tensors.emplace("f/k", Tensor::Scalar<int32_t>(5));
  ModelDef model;
  model.graph.Add(MovedConst("w", DType::kFloat32, {2}));
  Node known = MovedConst("known", DType::kInt32, {});
  known.value = Tensor::Scalar<int32_t>(7);
  model.graph.Add(std::move(known));
  model.functions["f"].body.Add(MovedConst("f/k", DType::kInvalid, {}));
  AttachConstants(model, weights);

  const Node& w = model.graph.node(0);
  CHECK(w.value.data() == weights.tensors.at("w").data());
  CHECK_FALSE(w.attrs.Has("shape"));
  CHECK(model.graph.node(1).value.values<int32_t>()[0] == 7);
  const Node& k = model.functions["f"].body.node(0);
  CHECK(k.value.values<int32_t>()[0] == 5);
  CHECK(k.attrs.RequireType("dtype") == DType::kInt32);
}

TEST_CASE("a constant with a value in the graph and a weight is refused") {
  ModelDef model;
  Node node = MovedConst("w", DType::kFloat32, {});
  node.value = Tensor::Scalar<float>(1);
  model.graph.Add(std::move(node));
  CHECK(ErrorOf([&] { AttachConstants(model, Weights("w", Tensor::Scalar<float>(2))); }) ==
        "E_AMBIGUOUS [Const 'w'] this constant has a value and a weight");
}

TEST_CASE("a constant without elements may have a weight") {
  ModelDef model;
  Node node = MovedConst("w", DType::kFloat32, {0, 2});
  node.value = Tensor(DType::kFloat32, {0, 2});
  model.graph.Add(std::move(node));
  AttachConstants(model, Weights("w", Tensor(DType::kFloat32, {0, 2})));
  CHECK(model.graph.node(0).value.shape() == Shape({0, 2}));
}

TEST_CASE("all missing weights are named in one error") {
  ModelDef model;
  for (int i = 0; i < 25; ++i) model.graph.Add(MovedConst(StrCat("w", i), DType::kFloat32, {2}));
  const auto error = ThrownBy([&] { AttachConstants(model, {}); });
  REQUIRE(error);
  CHECK(error->code() == Code::kWeightMissing);
  CHECK(error->message().starts_with("25 constants have no weights: 'w0', 'w1', "));
  CHECK(error->message().ends_with("'w19', ..."));
}

TEST_CASE("weights must be what the constants declare") {
  struct Case {
    Tensor weight;
    Code code;
  };
  const Case cases[] = {{Tensor::FromValues<int32_t>({2}, {1, 2}), Code::kDType},
                        {Tensor::FromValues<float>({1, 2}, {1, 2}), Code::kShape},
                        {Tensor::Scalar<float>(1), Code::kShape}};
  for (const Case& c : cases) {
    ModelDef model;
    model.graph.Add(MovedConst("w", DType::kFloat32, {2}));
    const auto error = ThrownBy([&] { AttachConstants(model, Weights("w", c.weight)); });
    REQUIRE(error);
    CHECK(error->code() == c.code);
    CHECK(error->node() == "w");
  }
}

}  // namespace
}  // namespace tfwasm
