// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

const int64_t kUnknown = Shape::kUnknownDim;

Tensor Applied(std::string_view name, std::string_view config, const Tensor& x,
               Generation generation = Generation::kKeras3) {
  return TestLayer(name, config, generation).Call({.inputs = {x}}).output();
}

TEST_CASE("ReLU: slope, threshold and bound") {
  const Tensor x = FromJson("[[-6,-3.5,-3,-2.5,-1,-0.5,-0.1,0,0.1,0.5,1,2.5,3,3.5,6,7]]");
  ExpectTensor(Applied("ReLU", R"({"negative_slope": 0.1, "max_value": 2, "threshold": 0.5})", x),
               FromJson("[[-0.65,-0.4,-0.35,-0.3,-0.15,-0.1,-0.06,-0.05,-0.04,0,1,2,2,2,2,2]]"));
  const Tensor y = F32({1, 4}, {-2, 0.5f, 3, 7});
  ExpectTensor(Applied("ReLU", "{}", y), F32({1, 4}, {0, 0.5f, 3, 7}));
  ExpectTensor(Applied("ReLU", R"({"max_value": 6})", y), F32({1, 4}, {0, 0.5f, 3, 6}));
  ExpectTensor(Applied("ReLU", R"({"max_value": 2.5})", y), F32({1, 4}, {0, 0.5f, 2.5f, 2.5f}));
  ExpectTensor(Applied("ReLU", R"({"negative_slope": 0.5})", y), F32({1, 4}, {-1, 0.5f, 3, 7}));
  ExpectTensor(Applied("ReLU", R"({"threshold": 1})", y), F32({1, 4}, {0, 0, 3, 7}));
  CHECK(TestLayer("ReLU").config() == R"({"max_value":null,"negative_slope":0.0,"threshold":0.0})");
  for (const char* key : {"max_value", "negative_slope", "threshold"}) {
    ExpectError(Code::kLayer, [&] { TestLayer("ReLU", StrCat("{\"", key, "\": -1}")); });
  }
  const Tensor smooth = F32({1, 4}, {-2, 0.5f, 3, 1.5f});
  TestLayer("ReLU", R"({"negative_slope": 0.1, "max_value": 2, "threshold": 1})")
      .ExpectLayerGradients({.inputs = {smooth}});
}

TEST_CASE("LeakyReLU, ELU, ThresholdedReLU") {
  const Tensor x = F32({1, 3}, {-1, 0.5f, 2});
  ExpectTensor(Applied("LeakyReLU", "{}", x), F32({1, 3}, {-0.3f, 0.5f, 2}));
  ExpectTensor(Applied("LeakyReLU", R"({"alpha": 0.5})", x), F32({1, 3}, {-0.5f, 0.5f, 2}));
  CHECK(TestLayer("LeakyReLU").config() == R"({"negative_slope":0.3})");
  CHECK(TestLayer("LeakyReLU", "{}", Generation::kKeras2).config() == R"({"alpha":0.3})");
  const float low = std::exp(-1.0f) - 1;
  ExpectTensor(Applied("ELU", "{}", x), F32({1, 3}, {low, 0.5f, 2}));
  ExpectTensor(Applied("ELU", R"({"alpha": 2})", x), F32({1, 3}, {2 * low, 0.5f, 2}));
  ExpectTensor(Applied("ThresholdedReLU", "{}", x), F32({1, 3}, {0, 0, 2}));
  ExpectTensor(Applied("ThresholdedReLU", R"({"theta": 0.25})", x), F32({1, 3}, {0, 0.5f, 2}));
  for (const char* name : {"LeakyReLU", "ELU", "ThresholdedReLU"}) {
    TestLayer(name).ExpectLayerGradients({.inputs = {x}});
  }
}

TEST_CASE("PReLU: a slope for each element, or shared along axes") {
  const Tensor x = F32({1, 2, 2}, {-1, 2, -3, -4});
  const TestLayer layer("PReLU");
  const LayerArguments arguments = {.inputs = {x}, .weights = {F32({2, 2}, {0.5f, 1, 2, 3})}};
  ExpectTensor(layer.Call(arguments).output(), F32({1, 2, 2}, {-0.5f, 2, -6, -12}));
  layer.ExpectLayerGradients(arguments);
  const TestLayer shared("PReLU", R"({"shared_axes": [1]})");
  const LayerArguments few = {.inputs = {x}, .weights = {F32({1, 2}, {0.5f, 1})}};
  ExpectTensor(shared.Call(few).output(), F32({1, 2, 2}, {-0.5f, 2, -1.5f, -4}));
  shared.ExpectLayerGradients(few);
  const auto specs = shared.Build({{DType::kFloat32, {kUnknown, kUnknown, 2}}});
  CHECK(specs[0].tensor.shape == Shape{1, 2});
  ExpectError(Code::kShape, [&] { layer.Build({{DType::kFloat32, {kUnknown, kUnknown, 2}}}); });
  const TestLayer far("PReLU", R"({"shared_axes": [3]})");
  ExpectError(Code::kShape, [&] { far.Build({{DType::kFloat32, {1, 2}}}); });
}

TEST_CASE("Softmax: any axis, several axes together") {
  const Tensor x = F32({1, 2, 2}, {0, std::log(3.0f), std::log(4.0f), 0});
  ExpectTensor(Applied("Softmax", "{}", x), F32({1, 2, 2}, {0.25f, 0.75f, 0.8f, 0.2f}));
  ExpectTensor(Applied("Softmax", R"({"axis": 1})", x), F32({1, 2, 2}, {0.2f, 0.75f, 0.8f, 0.25f}));
  const Tensor joint = F32({1, 2, 2}, {1.0f / 9, 3.0f / 9, 4.0f / 9, 1.0f / 9});
  ExpectTensor(Applied("Softmax", R"({"axis": [1, 2]})", x), joint);
  ExpectTensor(Applied("Softmax", R"({"axis": [1, 2]})", x), joint);
  ExpectTensor(Applied("Softmax", R"({"axis": 1})", F32({1, 2}, {1000, -1000})),
               F32({1, 2}, {1, 0}));
  ExpectTensor(Applied("Softmax", R"({"axis": 1})", F32({1, 2, 1}, {1000, -1000})),
               F32({1, 2, 1}, {1, 0}));
  TestLayer("Softmax", R"({"axis": [1, 2]})").ExpectLayerGradients({.inputs = {x}});
  ExpectError(Code::kShape, [&] { Applied("Softmax", R"({"axis": 3})", x); });
}

TEST_CASE("Softmax: masks") {
  const Tensor x = F32({2, 3}, {0, 5, 0, 1, 1, 2});
  const LayerArguments arguments = {.inputs = {x}, .masks = {Bool({2, 3}, {1, 0, 1, 0, 0, 0})}};
  ExpectTensor(TestLayer("Softmax").Call(arguments).output(),
               F32({2, 3}, {0.5f, 0, 0.5f, 0, 0, 0}));
  // The float32 that is 1e9 from 1 is also that from 2.
  const float third = 1.0f / 3;
  ExpectTensor(TestLayer("Softmax", "{}", Generation::kKeras2).Call(arguments).output(),
               F32({2, 3}, {0.5f, 0, 0.5f, third, third, third}));
}

}  // namespace
}  // namespace tfwasm
