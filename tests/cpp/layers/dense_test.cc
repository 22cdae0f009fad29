// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

TEST_CASE("Dense: multiplies along the last axis of any rank") {
  const TestLayer dense("Dense", R"({"units": 2, "activation": "relu"})");
  const std::vector<Tensor> weights = {F32({2, 2}, {1, -1, 0, 2}), F32({2}, {0.5f, 0})};
  ExpectTensor(dense.Call({.inputs = {F32({1, 2}, {1, 2})}, .weights = weights}).output(),
               F32({1, 2}, {1.5f, 3}));
  const Tensor x = F32({1, 2, 2}, {1, 2, -3, 1});
  ExpectTensor(dense.Call({.inputs = {x}, .weights = weights}).output(),
               F32({1, 2, 2}, {1.5f, 3, 0, 5}));
  dense.ExpectLayerGradients({.inputs = {x}, .weights = weights});
}

TEST_CASE("Dense: outputs for unknown dimensions, refusals") {
  const TestLayer dense("Dense", R"({"units": 3, "use_bias": false})");
  const int64_t unknown = Shape::kUnknownDim;
  const auto outputs = dense.InferOutputs({{DType::kFloat32, {unknown, unknown, 4}}});
  CHECK(outputs[0].shape == Shape{unknown, unknown, 3});
  ExpectError(Code::kShape, [&] { dense.Build({{DType::kFloat32, {2, unknown}}}); });
  ExpectError(Code::kLayer, [] { TestLayer("Dense", R"({"units": 0})"); });
  ExpectError(Code::kLayer, [] { TestLayer("Dense"); });
}

}  // namespace
}  // namespace tfwasm
