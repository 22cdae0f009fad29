// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"
#include "passes/optimize.h"

namespace tfwasm {
namespace {

const int64_t kUnknown = Shape::kUnknownDim;
constexpr Generation kBoth[] = {Generation::kKeras2, Generation::kKeras3};

Tensor Samples() {
  return FromJson(
      "[[-1.112,1.483,-1.173],[1.674,-0.046,0.447],[1.064,0.074,-0.813],[-1.249,-1.677,"
      "0.954]]");
}

std::vector<Tensor> Statistics() {
  return {FromJson("[1.5,0.5,-1]"), FromJson("[0.1,0.2,0.3]"), FromJson("[0.5,-0.5,0]"),
          FromJson("[1,2,0.5]")};
}

TEST_CASE("BatchNormalization: inference") {
  const TestLayer layer("BatchNormalization");
  const LayerArguments arguments = {.inputs = {Samples()}, .weights = Statistics()};
  const LayerResults results = layer.Call(arguments);
  ExpectTensor(
      results.output(),
      FromJson(
          "[[-2.316792,0.9009212,1.957216],[1.86012,0.3604731,-0.3315223],[0.9455773,0.4028889,"
          "1.448608],[-2.522189,-0.2160283,-1.047813]]"),
      1e-5f);
  CHECK(results.updates.empty());
  layer.ExpectLayerGradients(arguments);
}

TEST_CASE("BatchNormalization: training uses the batch, and moves the statistics") {
  const Tensor expected = FromJson(
      "[[-1.298109,0.8806671,1.472899],[1.931016,0.1979908,-0.3776939],[1.223993,0.2515691,"
      "1.061656],[-1.4569,-0.530227,-0.956861]]");
  for (const Generation generation : kBoth) {
    const TestLayer layer("BatchNormalization", R"({"momentum": 0.9})", generation);
    const LayerArguments arguments = {
        .inputs = {Samples()}, .weights = Statistics(), .training = true};
    const LayerResults results = layer.Call(arguments);
    ExpectTensor(results.output(), expected, 1e-5f);
    REQUIRE(results.updates.size() == 2);
    ExpectTensor(results.updates.at(2), FromJson("[0.459425,-0.45415,-0.014625]"), 1e-5f);
    ExpectTensor(results.updates.at(3), FromJson("[1.067385,1.925308,0.5265317]"), 1e-5f);
    layer.ExpectLayerGradients(arguments);
  }
}

TEST_CASE("BatchNormalization: the gradients of a training step") {
  const TestLayer layer("BatchNormalization");
  const LayerArguments arguments = {
      .inputs = {Samples()}, .weights = Statistics(), .training = true};
  const std::vector<Tensor> gradients =
      layer.GradientsOf(arguments, FromJson("[[-0.235,-1.367,1.52],[-0.904,-0.343,-0.816],[0.515,0."
                                            "319,0.4],[-0.937,-0.861,-0.986]]"));
  ExpectTensor(
      gradients[0],
      FromJson("[[0.3079594,-0.27248,-0.4030942],[-0.763119,0.09797149,0.2149684],[0.9463168,"
               "0.4003532,0.4206732],[-0.4911573,-0.2258447,-0.2325474]]"),
      1e-5f);
  ExpectTensor(gradients[1], FromJson("[0.4739924,-0.5692136,-3.879732]"), 1e-5f);
  ExpectTensor(gradients[2], FromJson("[-1.561,-2.252,0.118]"), 1e-5f);
}

TEST_CASE("BatchNormalization: for images, Keras 2 corrects the moving variance") {
  const Tensor images = Samples().Reshaped({1, 2, 2, 3});
  const Tensor corrected = FromJson("[1.123179,1.967077,0.5520422]");
  const Tensor plain = FromJson("[1.067385,1.925308,0.5265317]");
  const auto moved = [&](std::string_view config, Generation generation) {
    return TestLayer("BatchNormalization", config, generation)
        .Call({.inputs = {images}, .weights = Statistics(), .training = true})
        .updates.at(3);
  };
  const std::string_view config = R"({"momentum": 0.9, "axis": [3]})";
  ExpectTensor(moved(config, Generation::kKeras2), corrected, 1e-5f);
  ExpectTensor(moved(config, Generation::kKeras3), plain, 1e-5f);
  ExpectTensor(moved(R"({"momentum": 0.9, "fused": false})", Generation::kKeras2), plain, 1e-5f);
}

TEST_CASE("BatchNormalization: masked steps do not count, but are normalized") {
  const TestLayer layer("BatchNormalization");
  const Tensor mask = Bool({2, 3}, {1, 1, 0, 1, 0, 0});
  const LayerArguments arguments = {
      .inputs = {FromJson(
          "[[[-0.69,-1.423],[-1.338,1.856],[1.841,-1.246]],[[-1.903,-1.182],[0.799,1.118],"
          "[-1.908,0.311]]]")},
      .weights = {F32({2}, {1, 1}), F32({2}, {0, 0}), F32({2}, {0, 0}), F32({2}, {1, 1})},
      .masks = {mask},
      .training = true};
  const LayerResults results = layer.Call(arguments);
  ExpectTensor(
      results.output(),
      FromJson("[[[1.249163,-0.786146],[-0.05571234,1.410819],[6.345827,-0.667554]],[[-1.193451,"
               "-0.6246734],[4.247556,0.9163514],[-1.203519,0.3756527]]]"),
      1e-5f);
  ExpectTensor(results.updates.at(2), FromJson("[-0.01310333,-0.002496667]"), 1e-5f);
  ExpectTensor(results.updates.at(3), FromJson("[0.9924561,1.012266]"), 1e-5f);
  ExpectTensor(results.mask(), mask);
}

TEST_CASE("BatchNormalization: other axes, several axes, no gamma or beta") {
  const Tensor x = F32({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const std::vector<Tensor> two = {F32({2}, {2, 3}), F32({2}, {3, 0})};
  const auto inferred = [&](std::string_view axis) {
    const std::string config =
        StrCat(R"({"center": false, "scale": false, "epsilon": 1, "axis": )", axis, "}");
    return TestLayer("BatchNormalization", config).Call({.inputs = {x}, .weights = two}).output();
  };
  // (x - mean) / sqrt(variance + 1), with means 2 and 3, and divisors 2 and 1.
  ExpectTensor(inferred("1"), F32({1, 2, 2, 2}, {-0.5f, 0, 0.5f, 1, 2, 3, 4, 5}));
  ExpectTensor(inferred("2"), F32({1, 2, 2, 2}, {-0.5f, 0, 0, 1, 1.5f, 2, 4, 5}));
  ExpectTensor(inferred("[-1]"), F32({1, 2, 2, 2}, {-0.5f, -1, 0.5f, 1, 1.5f, 3, 2.5f, 5}));

  const TestLayer several("BatchNormalization", R"({"axis": [1, 3], "epsilon": 1})",
                          Generation::kKeras2);
  const Tensor ones = F32({1, 2, 1, 2}, {1, 1, 1, 1});
  const Tensor means = F32({1, 2, 1, 2}, {1, 2, 3, 4});
  const Tensor zeros = F32({1, 2, 1, 2}, {0, 0, 0, 0});
  const LayerArguments arguments = {.inputs = {x}, .weights = {ones, zeros, means, zeros}};
  ExpectTensor(several.Call(arguments).output(), F32({1, 2, 2, 2}, {0, 0, 2, 2, 2, 2, 4, 4}));
  LayerArguments training = arguments;
  training.training = true;
  const LayerResults results = several.Call(training);
  const float unit = std::sqrt(0.5f);
  ExpectTensor(results.output(),
               F32({1, 2, 2, 2}, {-unit, -unit, unit, unit, -unit, -unit, unit, unit}), 1e-5f);
  ExpectTensor(results.updates.at(2), F32({1, 2, 1, 2}, {1.01f, 2.01f, 3.03f, 4.03f}), 1e-5f);
  several.ExpectLayerGradients(training);
}

TEST_CASE("BatchNormalization: renormalization, Keras 2") {
  const TestLayer layer("BatchNormalization",
                        R"({"renorm": true, "renorm_momentum": 0.5, "momentum": 0.75, "epsilon": 0,
                            "renorm_clipping": {"rmin": 0.25, "rmax": 0.5, "dmax": 1}})",
                        Generation::kKeras2);
  // Mean 3, standard deviation 2.
  const Tensor x = F32({2, 1}, {1, 5});
  const auto one = [](float value) { return F32({1}, {value}); };
  const std::vector<Tensor> weights = {one(2), one(1), one(0), one(9), one(3), one(1), one(1)};
  const LayerArguments arguments = {.inputs = {x}, .weights = weights, .training = true};
  const LayerResults results = layer.Call(arguments);
  // r = clip(2 / 1) = 0.5, d = clip((3 - 1) / 1) = 1: (+-1 * 0.5 + 1) * 2 + 1.
  ExpectTensor(results.output(), F32({2, 1}, {2, 4}), 1e-5f);
  REQUIRE(results.updates.size() == 5);
  ExpectTensor(results.updates.at(2), one(0.75f));
  ExpectTensor(results.updates.at(4), one(2.75f));  // 3 * 0.75 + 2 * 0.25
  ExpectTensor(results.updates.at(3), one(2.75f * 2.75f), 1e-5f);
  ExpectTensor(results.updates.at(5), one(2));
  ExpectTensor(results.updates.at(6), one(1.5f));
  const LayerResults inferred = layer.Call({.inputs = {x}, .weights = weights});
  ExpectTensor(inferred.output(), F32({2, 1}, {2.0f / 3 + 1, 10.0f / 3 + 1}), 1e-5f);
  const std::vector<LayerWeight> specs = layer.Build({{DType::kFloat32, {2, 1}}});
  CHECK(specs[4].name == "moving_stddev");
  CHECK(specs[5].name == "renorm_mean");
  CHECK(specs[6].name == "renorm_stddev");
  CHECK_FALSE(specs[4].trainable);
}

TEST_CASE("BatchNormalization: config, shapes, refusals") {
  CHECK(TestLayer("BatchNormalization").config() ==
        R"({"axis":-1,"momentum":0.99,"epsilon":0.001,"center":true,"scale":true,)"
        R"("beta_initializer":"zeros","beta_regularizer":null,"beta_constraint":null,)"
        R"("gamma_initializer":"ones","gamma_regularizer":null,"gamma_constraint":null,)"
        R"("moving_mean_initializer":"zeros","moving_variance_initializer":"ones"})");
  const TestLayer layer("BatchNormalization");
  const std::vector<TensorSpec> inputs = {{DType::kFloat32, {kUnknown, kUnknown, 3}}};
  CHECK(layer.InferOutputs(inputs)[0].shape == inputs[0].shape);
  const std::vector<LayerWeight> weights = layer.Build(inputs);
  REQUIRE(weights.size() == 4);
  CHECK(weights[0].name == "gamma");
  CHECK(weights[0].trainable);
  CHECK(weights[3].name == "moving_variance");
  CHECK_FALSE(weights[3].trainable);
  CHECK(weights[3].initializer == "ones");
  ExpectError(Code::kShape, [&] { layer.Build({{DType::kFloat32, {2, kUnknown}}}); });
  ExpectError(Code::kLayer, [] { TestLayer("BatchNormalization", R"({"axis": []})"); });
  ExpectError(Code::kLayer, [] { TestLayer("BatchNormalization", R"({"epsilon": -1})"); });
  const TestLayer twice("BatchNormalization", R"({"axis": [1, -1]})");
  ExpectError(Code::kShape, [&] { twice.Build({{DType::kFloat32, {2, 3}}}); });
  const TestLayer ghost("BatchNormalization", R"({"virtual_batch_size": 2})");
  const LayerArguments arguments = {
      .inputs = {Samples()}, .weights = Statistics(), .training = true};
  ExpectError(Code::kLayer, [&] { ghost.Call(arguments); });
}

TEST_CASE("BatchNormalization: folds into a convolution") {
  Graph graph;
  GraphBuilder builder(graph);
  const Operand x = builder.Placeholder({DType::kFloat32, {1, 4, 4, 2}});
  graph.inputs.push_back({"x", x.edge()});
  const Operand filter = builder.Const(MakeF32({3, 3, 2, 3}, [](size_t i) { return i % 5; }));
  const std::vector<int64_t> strides = {1, 1, 1, 1};
  const Operand convolved = builder.Emit(
      "Conv2D", {x, filter}, {{"strides", strides}, {"padding", std::string_view("SAME")}});
  LayerCall call{.inputs = {convolved}};
  for (const Tensor& weight : Statistics()) call.weights.push_back(builder.Const(weight));
  const JsonDocument config = ParseJson("{}", "a config");
  LayerConfig reader(config.root(), Generation::kKeras3);
  const LayerDef* def = FindLayer("BatchNormalization");
  CallLayer(*def, *def->make(reader), builder, call);
  graph.outputs.push_back({"y", call.outputs[0].edge()});
  Optimize(graph);
  std::vector<std::string> ops;
  for (int id = 0; id < graph.size(); ++id) {
    const std::string& op = graph.node(id).op;
    if (op != "Const" && op != "Placeholder") ops.push_back(op);
  }
  CHECK(ops == std::vector<std::string>{"_FusedConv2D"});
}

}  // namespace
}  // namespace tfwasm
