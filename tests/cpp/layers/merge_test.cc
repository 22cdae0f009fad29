// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

constexpr Generation kBoth[] = {Generation::kKeras2, Generation::kKeras3};
const int64_t kUnknown = Shape::kUnknownDim;

Tensor Merged(std::string_view name, const std::vector<Tensor>& inputs,
              std::string_view config = "{}") {
  return TestLayer(name, config).Call({.inputs = inputs}).output();
}

TEST_CASE("merges: elementwise, with any number of inputs") {
  const std::vector<Tensor> inputs = {F32({1, 2}, {1, 6}), F32({1, 2}, {3, -2}),
                                      F32({1, 2}, {2, 5})};
  ExpectTensor(Merged("Add", inputs), F32({1, 2}, {6, 9}));
  ExpectTensor(Merged("Multiply", inputs), F32({1, 2}, {6, -60}));
  ExpectTensor(Merged("Average", inputs), F32({1, 2}, {2, 3}));
  ExpectTensor(Merged("Maximum", inputs), F32({1, 2}, {3, 6}));
  ExpectTensor(Merged("Minimum", inputs), F32({1, 2}, {1, -2}));
  ExpectTensor(Merged("Subtract", {inputs[0], inputs[1]}), F32({1, 2}, {-2, 8}));
  ExpectTensor(Merged("Add", {inputs[0]}), inputs[0]);
  ExpectError(Code::kLayer, [&] { Merged("Subtract", inputs); });
  ExpectError(Code::kLayer, [] { Merged("Add", {}); });
}

TEST_CASE("merges: sizes of 1 are broadcast, lower ranks get axes behind the batch") {
  const Tensor x = F32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  ExpectTensor(Merged("Add", {x, F32({2, 2}, {10, 20, 30, 40})}),
               F32({2, 2, 2}, {11, 22, 13, 24, 35, 46, 37, 48}));
  ExpectTensor(Merged("Multiply", {F32({2, 1, 1}, {2, 3}), x}),
               F32({2, 2, 2}, {2, 4, 6, 8, 15, 18, 21, 24}));
  ExpectError(Code::kShape, [&] { Merged("Add", {x, F32({2, 3}, {1, 2, 3, 4, 5, 6})}); });
  ExpectError(Code::kShape, [&] { Merged("Add", {x, F32({}, {1})}); });
  const auto outputs = TestLayer("Add").InferOutputs(
      {{DType::kFloat32, {kUnknown, kUnknown, 4}}, {DType::kFloat32, {kUnknown, 1, 4}}});
  CHECK(outputs[0].shape == Shape{kUnknown, kUnknown, 4});
  TestLayer("Average").ExpectLayerGradients({.inputs = {x, F32({2, 2}, {1, 2, 3, 4})}});
}

TEST_CASE("merges: Keras 2 combines masks by AND, Keras 3 by OR") {
  const Tensor x = F32({1, 2, 1}, {1, 2});
  const Tensor first = Bool({1, 2}, {1, 0});
  const Tensor second = Bool({1, 2}, {1, 1});
  for (const std::string_view name : {"Add", "Subtract", "Maximum"}) {
    const TestLayer keras2(name, "{}", Generation::kKeras2);
    const TestLayer keras3(name, "{}", Generation::kKeras3);
    ExpectTensor(keras2.Call({.inputs = {x, x}, .masks = {first, second}}).mask(), first);
    ExpectTensor(keras3.Call({.inputs = {x, x}, .masks = {first, second}}).mask(), second);
    ExpectTensor(keras2.Call({.inputs = {x, x}, .masks = {first, Tensor()}}).mask(), first);
    CHECK_FALSE(keras3.Call({.inputs = {x, x}, .masks = {first, Tensor()}}).has_mask());
    CHECK_FALSE(keras2.Call({.inputs = {x, x}}).has_mask());
  }
}

TEST_CASE("merges: in Keras 3, products and extremes leave out masked elements") {
  const Tensor a = F32({1, 4, 1}, {2, 3, 4, 5});
  const Tensor b = F32({1, 4, 1}, {7, 6, 1, 9});
  const LayerArguments both = {.inputs = {a, b},
                               .masks = {Bool({1, 4}, {1, 0, 1, 0}), Bool({1, 4}, {0, 1, 1, 0})}};
  ExpectTensor(TestLayer("Multiply").Call(both).output(), F32({1, 4, 1}, {2, 6, 4, 0}));
  ExpectTensor(TestLayer("Maximum").Call(both).output(), F32({1, 4, 1}, {2, 6, 4, 5}));
  ExpectTensor(TestLayer("Minimum").Call(both).output(), F32({1, 4, 1}, {2, 6, 1, 5}));
  const LayerArguments one = {.inputs = {a, b}, .masks = {Tensor(), Bool({1, 4}, {1, 1, 0, 0})}};
  ExpectTensor(TestLayer("Multiply").Call(one).output(), F32({1, 4, 1}, {14, 18, 4, 5}));
  ExpectTensor(TestLayer("Maximum").Call(one).output(), F32({1, 4, 1}, {7, 6, 4, 5}));
  ExpectTensor(TestLayer("Add").Call(both).output(), F32({1, 4, 1}, {9, 9, 5, 14}));
  const TestLayer keras2("Multiply", "{}", Generation::kKeras2);
  ExpectTensor(keras2.Call(both).output(), F32({1, 4, 1}, {14, 18, 4, 45}));
}

TEST_CASE("Concatenate: any axis") {
  const Tensor x = F32({1, 2, 1}, {1, 2});
  const Tensor y = F32({1, 2, 1}, {3, 4});
  ExpectTensor(Merged("Concatenate", {x, y}), F32({1, 2, 2}, {1, 3, 2, 4}));
  ExpectTensor(Merged("Concatenate", {x, y}, R"({"axis": 1})"), F32({1, 4, 1}, {1, 2, 3, 4}));
  ExpectTensor(Merged("Concatenate", {x}), x);
  ExpectError(Code::kShape, [&] { Merged("Concatenate", {x, y}, R"({"axis": 3})"); });
  ExpectError(Code::kShape, [&] { Merged("Concatenate", {x, F32({1, 3, 1}, {1, 2, 3})}); });
  CHECK(TestLayer("Concatenate").config() == R"({"axis":-1})");
  const auto outputs = TestLayer("Concatenate", R"({"axis": 1})")
                           .InferOutputs({{DType::kFloat32, {kUnknown, kUnknown, 4}},
                                          {DType::kFloat32, {kUnknown, 3, 4}}});
  CHECK(outputs[0].shape == Shape{kUnknown, kUnknown, 4});
  TestLayer("Concatenate").ExpectLayerGradients({.inputs = {x, y}});
}

TEST_CASE("Concatenate: masks") {
  const Tensor x = F32({1, 2, 1}, {1, 2});
  const Tensor mask = Bool({1, 2}, {1, 0});
  for (const Generation generation : kBoth) {
    const TestLayer along_time("Concatenate", R"({"axis": 1})", generation);
    ExpectTensor(along_time.Call({.inputs = {x, x}, .masks = {mask, Tensor()}}).mask(),
                 Bool({1, 4}, {1, 0, 1, 1}));
    CHECK_FALSE(along_time.Call({.inputs = {x, x}}).has_mask());
  }
  const LayerArguments arguments = {.inputs = {x, x}, .masks = {mask, Bool({1, 2}, {1, 1})}};
  const TestLayer keras2("Concatenate", "{}", Generation::kKeras2);
  const TestLayer keras3("Concatenate", "{}", Generation::kKeras3);
  ExpectTensor(keras2.Call(arguments).mask(), mask);
  ExpectTensor(keras3.Call(arguments).mask(), Bool({1, 2}, {1, 1}));
  // Of every feature.
  const Tensor features = F32({1, 2, 2}, {1, 2, 3, 4});
  const Tensor by_feature = Bool({1, 2, 2}, {1, 0, 0, 0});
  const LayerArguments detailed = {.inputs = {features, x}, .masks = {by_feature, mask}};
  ExpectTensor(keras2.Call(detailed).mask(), Bool({1, 2}, {0, 0}));
  ExpectTensor(keras3.Call(detailed).mask(), Bool({1, 2}, {1, 0}));
}

TEST_CASE("Dot: sums over one axis of each input") {
  const Tensor x = FromJson(
      "[[[0.194,0.146,-0.469,-0.503],[-0.421,0.752,-0.962,-0.817],[-0.318,-0.559,0.126,"
      "0.079]],[[-0.009,-0.398,0.023,0.572],[0.625,0.066,0.613,-0.931],[-0.692,0.496,-0.23,"
      "-0.364]]]");
  const Tensor y = FromJson(
      "[[[0.144,-0.255,0.819,-0.226,0.672],[0.204,0.824,-0.032,0.917,0.153],[-0.945,0.478,"
      "0.723,-0.803,0.927],[0.127,0.481,-0.552,0.882,0.287]],[[0.087,0.923,0.114,0.063,"
      "-0.91],[0.093,0.489,-0.263,0.359,0.128],[-0.584,0.094,-0.048,-0.325,0.325],[-0.878,"
      "-0.254,-0.132,0.948,0.396]]]");
  const TestLayer dot("Dot", R"({"axes": [2, 1]})");
  ExpectTensor(
      dot.Call({.inputs = {x, y}}).output(),
      FromJson(
          "[[[0.437044,-0.395291,0.092783,0.022999,-0.426418],[0.898115,-0.12581,-0.613405,"
          "0.836622,-1.294109],[-0.268865,-0.281299,-0.195064,-0.472235,-0.159748]],[[-0.553445,"
          "-0.346055,0.02704,0.391332,0.191233],[0.519939,0.903245,0.14736,-1.018744,-0.729753],"
          "[0.439836,-0.325336,-0.150248,-0.135854,0.474314]]]"),
      1e-5f);
  dot.ExpectLayerGradients({.inputs = {x, y}});
}

TEST_CASE("Dot: normalized, it is the cosine") {
  const Tensor x = FromJson("[[0.252,-0.688,-0.13,-0.258],[0.881,-0.094,0.71,0.307]]");
  const Tensor y = FromJson("[[0.759,-0.993,0.85,0.903],[-0.69,-0.869,-0.365,0.171]]");
  const TestLayer dot("Dot", R"({"axes": 1, "normalize": true})");
  ExpectTensor(dot.Call({.inputs = {x, y}}).output(), FromJson("[[0.3829022],[-0.5277946]]"),
               1e-5f);
  dot.ExpectLayerGradients({.inputs = {x, y}});
}

TEST_CASE("Dot: refusals") {
  ExpectError(Code::kLayer, [] { TestLayer("Dot"); });
  ExpectError(Code::kLayer, [] { TestLayer("Dot", R"({"axes": 0})"); });
  ExpectError(Code::kLayer, [] { TestLayer("Dot", R"({"axes": [1, 1, 1]})"); });
  const Tensor x = F32({1, 2}, {1, 2});
  ExpectError(Code::kShape, [&] { Merged("Dot", {x, x}, R"({"axes": 2})"); });
  ExpectError(Code::kShape, [&] { Merged("Dot", {x, x}, R"({"axes": -2})"); });
  ExpectError(Code::kShape, [&] { Merged("Dot", {x, F32({1, 1}, {1})}, R"({"axes": 1})"); });
  const auto outputs = TestLayer("Dot", R"({"axes": -1})")
                           .InferOutputs({{DType::kFloat32, {kUnknown, kUnknown, 4}},
                                          {DType::kFloat32, {kUnknown, 7, 4}}});
  CHECK(outputs[0].shape == Shape{kUnknown, kUnknown, 7});
}

}  // namespace
}  // namespace tfwasm
