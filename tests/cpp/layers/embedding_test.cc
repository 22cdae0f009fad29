// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

constexpr auto kUnknown = Shape::kUnknownDim;

TEST_CASE("Embedding: rows by id, of float32 too; masks id 0 on request") {
  const Tensor rows = F32({3, 2}, {0, 1, 10, 11, 20, 21});
  const TestLayer plain("Embedding", R"({"input_dim": 3, "output_dim": 2})");
  const LayerResults results = plain.Call({.inputs = {I32({1, 3}, {2, 0, 1})}, .weights = {rows}});
  ExpectTensor(results.output(), F32({1, 3, 2}, {20, 21, 0, 1, 10, 11}));
  CHECK_FALSE(results.has_mask());
  const TestLayer masking("Embedding", R"({"input_dim": 3, "output_dim": 2, "mask_zero": true})");
  const LayerResults masked = masking.Call({.inputs = {F32({1, 2}, {0, 2})}, .weights = {rows}});
  ExpectTensor(masked.output(), F32({1, 2, 2}, {0, 1, 20, 21}));
  ExpectTensor(masked.mask(), Bool({1, 2}, {0, 1}));
  // Rows that occur twice get the sum of both gradients.
  plain.ExpectLayerGradients({.inputs = {I32({1, 3}, {2, 2, 1})}, .weights = {rows}});
}

TEST_CASE("Embedding: weights, shapes, configs") {
  const TestLayer layer("Embedding", R"({"input_dim": 3, "output_dim": 2, "input_length": 5})",
                        Generation::kKeras2);
  const auto weights = layer.Build({{DType::kFloat32, {kUnknown, kUnknown}}});
  CHECK(weights[0].name == "embeddings");
  CHECK(weights[0].initializer == "random_uniform");
  CHECK(layer.unknown_keys().empty());
  CHECK(layer.InferOutputs({{DType::kFloat32, {kUnknown, kUnknown}}})[0].shape ==
        Shape{kUnknown, kUnknown, 2});
  ExpectError(Code::kLayer, [] { TestLayer("Embedding", R"({"input_dim": 3})"); });
  ExpectError(Code::kLayer, [] { TestLayer("Embedding", R"({"input_dim": 0, "output_dim": 2})"); });
}

TEST_CASE("ReversibleEmbedding: logits from vectors") {
  const Tensor rows = F32({3, 2}, {0, 1, 1, 0, 1, 1});
  const Tensor x = F32({1, 2, 2}, {1, 2, 3, 4});
  const TestLayer tied("ReversibleEmbedding", R"({"input_dim": 3, "output_dim": 2})");
  ExpectTensor(
      tied.Call({.inputs = {x}, .weights = {rows}, .arguments = R"({"reverse": true})"}).output(),
      F32({1, 2, 3}, {2, 1, 3, 4, 3, 7}));
  ExpectTensor(tied.Call({.inputs = {I32({1, 1}, {2})}, .weights = {rows}}).output(),
               F32({1, 1, 2}, {1, 1}));
  const TestLayer own("ReversibleEmbedding", R"({"input_dim": 3, "output_dim": 2,
                       "tie_weights": false, "logit_soft_cap": 2})");
  const Tensor reverse = F32({2, 3}, {1, 0, 0, 0, 1, 0});
  ExpectTensor(
      own.Call({.inputs = {x}, .weights = {rows, reverse}, .arguments = R"({"reverse": true})"})
          .output(),
      F32({1, 2, 3}, {0.9242343f, 1.5231884f, 0, 1.8102965f, 1.9280552f, 0}));
}

TEST_CASE("Masking: steps of which all values are the mask value") {
  const TestLayer layer("Masking", R"({"mask_value": -1})");
  const LayerResults results = layer.Call({.inputs = {F32({1, 3, 2}, {-1, -1, -1, 2, 0, 0})}});
  ExpectTensor(results.output(), F32({1, 3, 2}, {0, 0, -1, 2, 0, 0}));
  ExpectTensor(results.mask(), Bool({1, 3}, {0, 1, 1}));
  ExpectTensor(TestLayer("Masking").Call({.inputs = {F32({1, 2, 1}, {0, 3})}}).mask(),
               Bool({1, 2}, {0, 1}));
}

TEST_CASE("Identity passes the mask on") {
  const LayerResults results =
      TestLayer("Identity").Call({.inputs = {F32({1, 2}, {1, 2})}, .masks = {Bool({1}, {1})}});
  ExpectTensor(results.output(), F32({1, 2}, {1, 2}));
  ExpectTensor(results.mask(), Bool({1}, {1}));
}

}  // namespace
}  // namespace tfwasm
