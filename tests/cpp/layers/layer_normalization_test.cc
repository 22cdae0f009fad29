// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

const int64_t kUnknown = Shape::kUnknownDim;

TEST_CASE("LayerNormalization: the last axis") {
  const TestLayer layer("LayerNormalization");
  const LayerArguments arguments = {
      .inputs = {FromJson("[[-1.993,0.062,0.559,1.942],[-0.964,1.21,1.482,1.691]]")},
      .weights = {FromJson("[-1.991,-0.122,1.926,-0.404]"), FromJson("[1.255,0.186,1.083,-0.06]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson(
          "[[4.264754,0.1929521,1.650847,-0.574628],[4.657407,0.1452774,2.218113,-0.3774385]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
}

TEST_CASE("LayerNormalization: several axes together") {
  const TestLayer layer("LayerNormalization", R"({"axis": [1, 2]})");
  const LayerArguments arguments = {
      .inputs = {FromJson(
          "[[[-1.884,-1.654,-1.554],[-0.995,1.86,0.527]],[[1.267,0.264,0.541],[1.248,1.707,"
          "1.651]]]")},
      .weights = {FromJson("[[1.299,-1.623,-0.556],[-1.858,0.185,1.185]]"),
                  FromJson("[[-1.795,-1.245,-0.538],[-1.023,1.18,-0.592]]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson("[[[-3.002546,-0.01007531,-0.155728],[-0.5073869,1.51608,0.4020802]],[[-1.423332,"
               "1.315066,0.05287528],[-1.48902,1.384166,0.5924743]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
}

TEST_CASE("LayerNormalization: an axis that is not last, rms_scaling, config") {
  const Tensor x = F32({1, 2, 2}, {1, 2, 3, 6});
  const TestLayer first("LayerNormalization", R"({"axis": 1, "epsilon": 0, "center": false})");
  ExpectTensor(first.Call({.inputs = {x}, .weights = {F32({2}, {1, 5})}}).output(),
               F32({1, 2, 2}, {-1, -1, 5, 5}), 1e-5f);
  const TestLayer rms("LayerNormalization", R"({"rms_scaling": true, "epsilon": 0})");
  // The standard deviations of the rows are 0.5 and 1.5.
  ExpectTensor(rms.Call({.inputs = {x}, .weights = {F32({2}, {1, 1})}}).output(),
               F32({1, 2, 2}, {2, 4, 2, 4}), 1e-5f);
  CHECK(TestLayer("LayerNormalization").config() ==
        R"({"axis":-1,"epsilon":0.001,"center":true,"scale":true,)"
        R"("beta_initializer":"zeros","beta_regularizer":null,"beta_constraint":null,)"
        R"("gamma_initializer":"ones","gamma_regularizer":null,"gamma_constraint":null})");
}

TEST_CASE("RMSNormalization") {
  const TestLayer layer("RMSNormalization");
  const LayerArguments arguments = {
      .inputs = {FromJson("[[0.556,-0.026,0.334,1.757],[1.774,-1.553,1.374,-0.616]]")},
      .weights = {FromJson("[-1.597,-0.466,0.041,1.844]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson("[[-0.9480994,0.01293699,0.01462192,3.459448],[-2.025408,0.517382,0.04027398,"
               "-0.8120739]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  CHECK(layer.config() == R"({"axis":-1,"epsilon":1e-06})");
}

TEST_CASE("GroupNormalization") {
  const TestLayer layer("GroupNormalization", R"({"groups": 2})");
  const LayerArguments arguments = {
      .inputs = {FromJson(
          "[[[[-0.514,-1.951,1.439,-1.556],[-0.087,1.4,0.059,-0.214]],[[1.202,-1.918,0.29,"
          "-0.354],[1.941,1.206,-1.784,-1.238]]],[[[-0.19,0.812,-0.672,-0.56],[1.686,1.815,"
          "-0.369,1.594]],[[-0.679,-1.669,0.107,0.643],[1.572,1.861,1.08,1.036]]]]")},
      .weights = {FromJson("[0.84,0.806,1.069,1.897]"), FromJson("[-0.505,-1.668,-1.041,-1.114]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson(
          "[[[[-0.902941,-2.864073,0.9380627,-3.260852],[-0.6507862,-0.9653152,-0.5312616,"
          "-0.7252521]],[[0.1104024,-2.845374,-0.2853095,-0.9897707],[0.5468014,-1.07524,"
          "-2.493555,-2.660017]]],[[[-1.067214,-1.564727,-2.420138,-3.295075],[0.1869049,"
          "-0.921354,-2.014184,1.826098]],[[-1.394114,-3.15616,-1.376448,-0.4349215],[0.110695,"
          "-0.8918473,-0.07283998,0.4994431]]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  const auto outputs = layer.InferOutputs({{DType::kFloat32, {kUnknown, kUnknown, kUnknown, 4}}});
  CHECK(outputs[0].shape == Shape{kUnknown, kUnknown, kUnknown, 4});
}

TEST_CASE("GroupNormalization: channels first, a group for each channel, refusals") {
  const Tensor x = F32({1, 2, 2}, {1, 3, 2, 10});
  const TestLayer layer(
      "GroupNormalization",
      R"({"groups": -1, "axis": 1, "epsilon": 0, "center": false, "scale": false})");
  ExpectTensor(layer.Call({.inputs = {x}}).output(), F32({1, 2, 2}, {-1, 1, -1, 1}), 1e-5f);
  const TestLayer affine("GroupNormalization", R"({"groups": 2, "axis": 1, "epsilon": 0})");
  ExpectTensor(
      affine.Call({.inputs = {x}, .weights = {F32({2}, {1, 2}), F32({2}, {0, 5})}}).output(),
      F32({1, 2, 2}, {-1, 1, 3, 7}), 1e-5f);
  const TestLayer three("GroupNormalization", R"({"groups": 3})");
  ExpectError(Code::kLayer, [&] { three.Build({{DType::kFloat32, {1, 2, 4}}}); });
  ExpectError(Code::kLayer, [] { TestLayer("GroupNormalization", R"({"groups": 0})"); });
}

TEST_CASE("UnitNormalization") {
  const TestLayer layer("UnitNormalization");
  const LayerArguments arguments = {
      .inputs = {FromJson("[[-0.546,1.241,-1.76],[-0.201,1.253,-0.943]]")}};
  ExpectTensor(layer.Call(arguments).output(),
               FromJson("[[-0.2457616,0.55859,-0.7921985],[-0.1271322,0.7925208,-0.5964462]]"),
               1e-5f);
  layer.ExpectLayerGradients(arguments);
  const Tensor tiny = F32({1, 1}, {1e-7f});
  ExpectTensor(
      TestLayer("UnitNormalization", "{}", Generation::kKeras2).Call({.inputs = {tiny}}).output(),
      F32({1, 1}, {0.1f}), 1e-5f);
  ExpectTensor(layer.Call({.inputs = {tiny}}).output(), F32({1, 1}, {1}), 1e-5f);
}

TEST_CASE("Normalization: statistics as weights or in the config") {
  const Tensor x = FromJson("[[1.259,1.241],[0.357,1.659],[-1.761,1.86]]");
  const std::vector<Tensor> weights = {F32({2}, {0.5f, -1}), F32({2}, {4, 0.25f}), I32({}, {3})};
  const Tensor expected = FromJson("[[0.3795,4.482],[-0.0715,5.318],[-1.1305,5.72]]");
  ExpectTensor(TestLayer("Normalization").Call({.inputs = {x}, .weights = weights}).output(),
               expected, 1e-5f);
  ExpectTensor(TestLayer("Normalization", R"({"invert": true})")
                   .Call({.inputs = {x}, .weights = weights})
                   .output(),
               FromJson("[[3.018,-0.3795],[1.214,-0.1705],[-3.022,-0.07]]"), 1e-5f);
  const TestLayer given("Normalization", R"({"mean": [[0.5, -1]], "variance": [[4, 0.25]]})");
  ExpectTensor(given.Call({.inputs = {x}}).output(), expected, 1e-5f);
  const TestLayer scalars("Normalization", R"({"axis": [], "mean": 1, "variance": 4})");
  ExpectTensor(scalars.Call({.inputs = {I32({1, 2}, {3, 1})}}).output(), F32({1, 2}, {1, 0}));
  ExpectError(Code::kLayer, [] { TestLayer("Normalization", R"({"mean": 1})"); });
  ExpectError(Code::kLayer, [] { TestLayer("Normalization", R"({"mean": "a", "variance": 1})"); });
  ExpectError(Code::kShape, [&] { given.Call({.inputs = {F32({1, 3}, {1, 2, 3})}}); });
  const std::vector<LayerWeight> specs =
      TestLayer("Normalization", R"({"axis": []})").Build({{DType::kFloat32, {2, 3}}});
  CHECK(specs[0].tensor.shape == Shape{});
  CHECK(specs[2].tensor.dtype == DType::kInt32);
}

}  // namespace
}  // namespace tfwasm
