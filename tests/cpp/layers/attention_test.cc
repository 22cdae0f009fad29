// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

const int64_t kUnknown = Shape::kUnknownDim;

std::vector<Tensor> QueryValueKey() {
  return {
      FromJson(
          "[[[-0.639,-0.961,-0.074,0.45],[-0.16,-0.029,-0.974,-0.025],[0.884,0.702,0.46,-0.783]]]"),
      FromJson(
          "[[[0.788,0.714,-0.67,0.265],[-0.959,-0.767,-0.367,-0.684],[0.518,0.637,-0.311,-0.362],"
          "[-0.777,-0.832,0.425,0.199]]]"),
      FromJson(
          "[[[-0.104,0.101,0.942,0.865],[0.681,-0.746,0.113,-0.267],[0.824,-0.373,0.862,-0.523],"
          "[-0.159,0.92,0.191,0.864]]]")};
}

TEST_CASE("Attention: scaled dot products") {
  const TestLayer layer("Attention", R"({"use_scale": true})");
  const LayerArguments arguments = {.inputs = QueryValueKey(),
                                    .weights = {F32({}, {0.5f})},
                                    .arguments = R"({"return_attention_scores": true})"};
  const LayerResults results = layer.Call(arguments);
  ExpectTensor(
      results.output(),
      FromJson(
          "[[[-0.09069299,-0.04615073,-0.2784754,-0.1448564],[-0.2459371,-0.1961352,-0.1849142,"
          "-0.1636411],[-0.0433163,0.02487468,-0.2447713,-0.2182492]]]"),
      1e-5f);
  ExpectTensor(
      results.output(1),
      FromJson(
          "[[[0.3007161,0.280989,0.2060435,0.2122514],[0.2056018,0.2968704,0.203341,0.2941869],"
          "[0.1784101,0.2413543,0.3848636,0.195372]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  CHECK(TestLayer("Attention").config() ==
        R"({"use_scale":false,"score_mode":"dot","dropout":0.0,"seed":null})");
}

TEST_CASE("Attention: sums of tanh") {
  const TestLayer layer("Attention", R"({"use_scale": true, "score_mode": "concat"})");
  const LayerArguments arguments = {.inputs = QueryValueKey(),
                                    .weights = {F32({}, {0.5f}), F32({}, {0.7f})}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson("[[[-0.04479049,-0.02309039,-0.2065576,-0.06178683],[-0.03491461,-0.01804735,"
               "-0.2032733,-0.04505178],[-0.03334852,-0.01724752,-0.2054356,-0.04258928]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  ExpectError(Code::kLayer, [] { TestLayer("Attention", R"({"score_mode": "none"})"); });
}

TEST_CASE("AdditiveAttention") {
  const TestLayer layer("AdditiveAttention");
  const LayerArguments arguments = {.inputs = QueryValueKey(),
                                    .weights = {FromJson("[0.078,-0.544,0.426,0.043]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson("[[[0.02644393,0.08209834,-0.3131094,-0.1780203],[-0.01724936,0.04978408,-0.317483,"
               "-0.2182429],[-0.09047548,-0.02770675,-0.2799372,-0.2052534]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  CHECK(layer.Build({{DType::kFloat32, {1, 2, 4}}, {DType::kFloat32, {1, 2, 4}}})[0].tensor.shape ==
        Shape{4});
}

TEST_CASE("Attention: masks, and a key that is the value") {
  const TestLayer layer("Attention");
  const Tensor query_mask = Bool({1, 3}, {1, 0, 1});
  const LayerResults results =
      layer.Call({.inputs = QueryValueKey(), .masks = {query_mask, Bool({1, 4}, {1, 1, 0, 1})}});
  ExpectTensor(
      results.output(),
      FromJson(
          "[[[-0.1840323,-0.1560998,-0.328388,-0.09828601],[-0,-0,-0,-0],[-0.471256,-0.4187846,"
          "-0.2064861,-0.1856764]]]"),
      1e-5f);
  ExpectTensor(results.mask(), query_mask);
  const std::vector<Tensor> inputs = QueryValueKey();
  ExpectTensor(layer.Call({.inputs = {inputs[0], inputs[1]}}).output(),
               layer.Call({.inputs = {inputs[0], inputs[1], inputs[1]}}).output());
  // The first query sees only the first key.
  const Tensor causal =
      layer.Call({.inputs = inputs, .arguments = R"({"use_causal_mask": true})"}).output();
  for (size_t i = 0; i < 4; ++i) {
    CHECK(causal.values<float>()[i] == doctest::Approx(inputs[1].values<float>()[i]));
  }
  const TestLayer old("Attention", R"({"causal": true})", Generation::kKeras2);
  ExpectTensor(old.Call({.inputs = inputs}).output(), causal);
  CHECK(layer
            .InferOutputs({{DType::kFloat32, {kUnknown, kUnknown, 4}},
                           {DType::kFloat32, {kUnknown, kUnknown, 4}}})[0]
            .shape == Shape{kUnknown, kUnknown, 4});
  ExpectError(Code::kShape, [&] { layer.Call({.inputs = {F32({1, 2}, {1, 2}), inputs[1]}}); });
}

TEST_CASE("EinsumDense: kernels and biases of several axes") {
  const TestLayer layer(
      "EinsumDense",
      R"({"equation": "abc,cde->abde", "output_shape": [3, 2, 5], "bias_axes": "de"})");
  const LayerArguments arguments = {
      .inputs = {FromJson(
          "[[[-0.443,-0.032,0.72,-0.77],[-0.323,0.064,0.357,-0.79],[0.511,0.114,0.034,-0.238]],"
          "[[-0.371,0.781,0.988,-0.65],[-0.577,0.334,0.529,0.646],[-0.395,-0.582,-0.855,-0.247]]"
          "]")},
      .weights = {
          FromJson(
              "[[[0.125,0.745,-0.934,-0.821,0.306],[0.343,-0.752,-0.807,-0.944,0.297]],[[-0.44,"
              "-0.518,0.329,-0.758,0.073],[-0.818,-0.869,0.337,0.583,-0.075]],[[-0.196,0.403,-0."
              "848,"
              "-0.443,0.811],[0.898,-0.923,-0.994,0.536,-0.096]],[[0.525,0.286,-0.104,0.42,0.209],"
              "[-0.969,-0.068,0.764,0.561,0.31]]]"),
          FromJson("[[0.243,0.633,-0.417,-0.212,0.261],[0.642,-0.357,-0.663,-0.455,-0.122]]")}};
  ExpectTensor(
      layer.Call(arguments).output(),
      FromJson(
          "[[[[-0.343665,0.389481,-0.544246,-0.466401,0.546096],[1.908917,-0.608256,-1.620243,"
          "-0.101514,-0.558991]],[[-0.310257,0.277144,-0.314838,-0.48528,0.291251],[1.564955,"
          "-0.445511,-1.339189,-0.364614,-0.501903]],[[0.125101,0.900277,-0.860848,-0.832965,"
          "0.40352],[0.985175,-0.855536,-1.252587,-0.986216,-0.055827]]],[[[-0.681913,0.164311,"
          "-0.583761,-1.210091,0.869905],[1.392963,-1.624421,-1.579078,0.515465,-0.58711]],"
          "[[0.259381,0.428066,-0.283972,0.045518,0.672853],[0.019945,-0.745537,-0.117085,"
          "0.93036,-0.168943]],[[0.48761,0.224994,0.51118,0.828476,-0.647384],[0.454144,1.251759,"
          "0.120793,-1.018273,-0.190155]]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
}

TEST_CASE("EinsumDense: a bias of an inner axis") {
  const TestLayer layer("EinsumDense",
                        R"({"equation": "abc,cd->abd", "output_shape": [3, 5], "bias_axes": "b"})");
  ExpectTensor(
      layer
          .Call(
              {.inputs = {FromJson(
                   "[[[-0.803,0.257,0.793,-0.316],[0.913,-0.161,0.071,0.953],[0.42,0.011,0.509,-0."
                   "053]],"
                   "[[0.443,-0.555,-0.846,0.198],[0.047,-0.079,-0.765,0.869],[-0.777,0.935,-0.364,"
                   "-0.436]]]")},
               .weights = {FromJson("[[0.88,0.921,0.401,0.91,-0.65],[0.713,0.236,-0.409,0.193,-0."
                                    "781],[0.584,0.284,-0.786,"
                                    "-0.561,-0.417],[-0.053,-0.539,-0.405,0.103,-0.706]]"),
                           FromJson("[[0.507],[-0.099],[-0.186]]")}})
          .output(),
      FromJson(
          "[[[0.463461,0.223625,-0.415434,-0.65155,0.720648],[0.580602,0.210374,-0.108809,"
          "0.759085,-1.269134],[0.491508,0.376539,-0.400688,-0.092685,-0.642426]],[[-0.003433,"
          "0.437037,1.496404,1.298015,0.865499],[-0.606784,-0.760008,0.201503,0.447195,-0.36236],"
          "[-0.392573,-0.549329,-0.417308,-0.553319,0.048419]]]"),
      1e-5f);
}

TEST_CASE("EinsumDense: equations of other forms") {
  const auto applied = [](std::string_view config, const Tensor& x, const Tensor& kernel) {
    return TestLayer("EinsumDense", config).Call({.inputs = {x}, .weights = {kernel}}).output();
  };
  const Tensor x = F32({1, 2, 2}, {1, 2, 3, 4});
  const Tensor kernel = F32({2, 2}, {1, 10, 2, -1});
  // Sums over the middle axis, and over a transposed kernel.
  ExpectTensor(applied(R"({"equation": "abc,bd->adc", "output_shape": [2, 2]})", x, kernel),
               F32({1, 2, 2}, {7, 10, 7, 16}));
  ExpectTensor(applied(R"({"equation": "abc,dc->abd", "output_shape": [2, 2]})", x, kernel),
               F32({1, 2, 2}, {21, 0, 43, 2}));
  // A softmax is over the last of two new axes.
  const std::string_view softmax =
      R"({"equation": "ab,bcd->acd", "output_shape": [2, 2], "activation": "softmax"})";
  ExpectTensor(applied(softmax, F32({1, 1}, {1}), F32({1, 2, 2}, {0, 0, 5, 5})),
               F32({1, 2, 2}, {0.5f, 0.5f, 0.5f, 0.5f}));
}

TEST_CASE("EinsumDense: ellipses, unknown sizes, refusals") {
  const auto shapes = [](std::string_view config, const Shape& input) {
    std::string text;
    for (const LayerWeight& weight :
         TestLayer("EinsumDense", config).Build({{DType::kFloat32, input}})) {
      text += weight.tensor.shape.ToString();
    }
    return text;
  };
  CHECK(shapes(R"({"equation": "...x,xy->...y", "output_shape": 6, "bias_axes": "y"})",
               {kUnknown, kUnknown, 4}) == "[4,6][6]");
  CHECK(shapes(R"({"equation": "ab...,bc->ac...", "output_shape": 6, "bias_axes": "c"})",
               {kUnknown, 4, 3, 2}) == "[4,6][6,1,1]");
  CHECK(shapes(R"({"equation": "abc,cd->abd", "output_shape": [null, 6]})",
               {kUnknown, kUnknown, 4}) == "[4,6]");
  const TestLayer layer(
      "EinsumDense", R"({"equation": "...x,xy->...y", "output_shape": 2, "activation": "relu"})");
  const LayerArguments arguments = {.inputs = {F32({1, 1, 2}, {1, 2})},
                                    .weights = {F32({2, 2}, {1, 0, 1, -1})}};
  ExpectTensor(layer.Call(arguments).output(), F32({1, 1, 2}, {3, 0}));
  CHECK(layer.InferOutputs({{DType::kFloat32, {kUnknown, kUnknown, 2}}})[0].shape ==
        Shape{kUnknown, kUnknown, 2});
  for (const char* equation :
       {"", "ab,bc", "ab->ac", "a1,bc->ac", "...ab,bc->ac", ",a->b", "a.b,b->a"}) {
    CAPTURE(equation);
    ExpectError(Code::kLayer, [&] {
      TestLayer("EinsumDense", StrCat(R"({"equation": ")", equation, R"(", "output_shape": 1})"));
    });
  }
  ExpectError(Code::kLayer, [] {
    TestLayer("EinsumDense", R"({"equation": "ab,bc->ac", "output_shape": 1, "bias_axes": "b"})");
  });
  ExpectError(Code::kShape, [&] {
    shapes(R"({"equation": "abc,cd->abd", "output_shape": [null, null]})", {1, 2, 3});
  });
  ExpectError(Code::kShape,
              [&] { shapes(R"({"equation": "ab,bc->ac", "output_shape": 1})", {1, 2, 3}); });
}

}  // namespace
}  // namespace tfwasm
