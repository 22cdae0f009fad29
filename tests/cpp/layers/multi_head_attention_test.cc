// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

const int64_t kUnknown = Shape::kUnknownDim;
constexpr std::string_view kTwoHeads = R"({"num_heads": 2, "key_dim": 2, "value_dim": 3})";
constexpr std::string_view kWithScores = R"({"return_attention_scores": true})";

Tensor Query() {
  return FromJson(
      "[[[-0.639,-0.961,-0.074,0.45],[-0.16,-0.029,-0.974,-0.025],[0.884,0.702,0.46,-0.783]]]");
}

Tensor Value() {
  return FromJson(
      "[[[0.788,0.714,-0.67,0.265],[-0.959,-0.767,-0.367,-0.684],[0.518,0.637,-0.311,-0.362],"
      "[-0.777,-0.832,0.425,0.199]]]");
}

std::vector<Tensor> Weights() {
  return {
      FromJson(
          "[[[-0.889,-0.04],[-0.197,0.696]],[[0.436,0.204],[0.105,0.898]],[[0.973,-0.324],[-0.52,"
          "0.593]],[[-0.873,-0.271],[-0.86,-0.361]]]"),
      FromJson("[[-0.859,-0.419],[0.58,0.811]]"),
      FromJson("[[[0.585,0.124],[0.232,-0.277]],[[-0.662,-0.128],[0.466,-0.874]],[[-0.959,0.541],"
               "[-0.4,0.402]],[[0.469,0.866],[-0.199,-0.283]]]"),
      FromJson("[[0.613,0.529],[0.305,0.622]]"),
      FromJson("[[[0.284,0.915,-0.332],[0.477,0.9,-0.331]],[[0.223,-0.269,-0.077],[-0.85,-0.961,"
               "0.519]],[[-0.094,0.246,0.48],[-0.163,-0.265,-0.662]],[[0.588,0.666,0.468],[0.751,"
               "0.296,0.392]]]"),
      FromJson("[[-0.614,0.535,-0.332],[-0.124,-0.362,0.137]]"),
      FromJson("[[[0.317,0.151,-0.364,-0.564],[0.69,-0.396,-0.124,-0.817],[-0.398,-0.829,-0.313,"
               "0.419]],[[0.948,0.25,-0.461,0.313],[0.254,0.651,0.067,0.822],[-0.169,-0.428,0.038,"
               "0.845]]]"),
      FromJson("[0.448,-0.012,-0.005,0.297]")};
}

TEST_CASE("MultiHeadAttention: query and value, scores") {
  const TestLayer layer("MultiHeadAttention", kTwoHeads);
  const LayerArguments arguments = {
      .inputs = {Query(), Value()}, .weights = Weights(), .arguments = kWithScores};
  const LayerResults results = layer.Call(arguments);
  ExpectTensor(
      results.output(),
      FromJson("[[[0.0452477,-0.271362,0.5483993,0.5247078],[0.02318055,-0.3640929,0.5151179,"
               "0.4457331],[0.3732079,-0.1290254,0.4000315,-0.1416203]]]"),
      1e-5f);
  ExpectTensor(
      results.output(1),
      FromJson(
          "[[[[0.1313451,0.3494766,0.2923581,0.2268202],[0.1102874,0.2869721,0.2706372,"
          "0.3321033],[0.2220025,0.2806016,0.2643925,0.2330034]],[[0.4330748,0.1222903,0.3366473,"
          "0.1079876],[0.3561537,0.1831871,0.3354637,0.1251955],[0.01810295,0.5116502,0.03952749,"
          "0.4307193]]]]"),
      1e-5f);
  CHECK_FALSE(results.has_mask());
  layer.ExpectLayerGradients(arguments);
  // The key is the value unless it is given.
  LayerArguments with_key = arguments;
  with_key.inputs.push_back(Value());
  ExpectTensor(layer.Call(with_key).output(), results.output());
}

TEST_CASE("MultiHeadAttention: causal masks count from the start") {
  const TestLayer layer("MultiHeadAttention", kTwoHeads);
  const std::string_view causal = R"({"use_causal_mask": true, "return_attention_scores": true})";
  const LayerResults self =
      layer.Call({.inputs = {Query(), Query()}, .weights = Weights(), .arguments = causal});
  ExpectTensor(
      self.output(),
      FromJson("[[[1.223219,-0.1817709,-0.1655954,0.7758636],[0.6520582,-0.3003327,0.1901915,"
               "0.7555132],[1.120855,0.1708248,0.1727698,0.2809961]]]"),
      1e-5f);
  ExpectTensor(
      self.output(1),
      FromJson("[[[[1,0,0],[0.5720321,0.4279679,0],[0.2837055,0.320982,0.3953125]],[[1,0,0],"
               "[0.3282036,0.6717964,0],[0.7114488,0.1550609,0.1334904]]]]"),
      1e-5f);
  const LayerResults cross =
      layer.Call({.inputs = {Query(), Value()}, .weights = Weights(), .arguments = causal});
  ExpectTensor(
      cross.output(),
      FromJson("[[[1.323444,-0.1439179,0.1771045,-0.3412398],[-0.09842872,-0.06249402,0.6479088,"
               "0.9941695],[0.1462589,-0.128324,0.5868923,-0.3296061]]]"),
      1e-5f);
  // A mask that is given has the same effect.
  const Tensor mask = Bool({1, 3, 4}, {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0});
  const LayerResults given =
      layer.Call({.inputs = {Query(), Value(), Value(), mask}, .weights = Weights()});
  ExpectTensor(given.output(), cross.output());
}

TEST_CASE("MultiHeadAttention: masks of values and queries") {
  const Tensor mask = Bool({1, 4}, {1, 1, 0, 1});
  for (const Generation generation : {Generation::kKeras2, Generation::kKeras3}) {
    const TestLayer layer("MultiHeadAttention", kTwoHeads, generation);
    const LayerResults results = layer.Call({.inputs = {Query(), Value()},
                                             .weights = Weights(),
                                             .masks = {Tensor(), mask},
                                             .arguments = kWithScores});
    ExpectTensor(
        results.output(),
        FromJson("[[[0.02388688,-0.2685014,0.4864929,0.9990519],[0.01430434,-0.386005,0.439459,"
                 "0.848753],[0.2467961,-0.2067204,0.3894236,0.04173814]]]"),
        1e-5f);
    ExpectTensor(
        results.output(1),
        FromJson(
            "[[[[0.1856095,0.4938608,0,0.3205297],[0.1512106,0.3934559,0,0.4553335],[0.3017948,"
            "0.3814557,0,0.3167496]],[[0.6528575,0.1843519,0,0.1627907],[0.5359432,0.2756615,0,"
            "0.1883952],[0.01884797,0.5327068,0,0.4484452]]]]"),
        1e-5f);
  }
  const TestLayer layer("MultiHeadAttention", kTwoHeads);
  const Tensor query_mask = Bool({1, 3}, {1, 0, 1});
  const LayerResults results = layer.Call({.inputs = {Query(), Value()},
                                           .weights = Weights(),
                                           .masks = {query_mask},
                                           .arguments = kWithScores});
  ExpectTensor(results.mask(), query_mask);
  for (size_t head = 0; head < 2; ++head) {
    for (size_t key = 0; key < 4; ++key) {
      CHECK(results.output(1).values<float>()[head * 12 + 4 + key] == 0);
    }
  }
}

TEST_CASE("MultiHeadAttention: a sliding window and a gate") {
  const TestLayer plain("MultiHeadAttention", kTwoHeads);
  const TestLayer windowed(
      "MultiHeadAttention",
      R"({"num_heads": 2, "key_dim": 2, "value_dim": 3, "sliding_window": 2})");
  const LayerArguments arguments = {.inputs = {Query(), Value()}, .weights = Weights()};
  LayerArguments masked = arguments;
  masked.inputs.push_back(Value());
  masked.inputs.push_back(Bool({1, 3, 4}, {1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1}));
  ExpectTensor(windowed.Call(arguments).output(), plain.Call(masked).output());

  // A gate whose kernel is 0 halves the heads.
  const TestLayer gated("MultiHeadAttention",
                        R"({"num_heads": 2, "key_dim": 2, "value_dim": 3, "use_gate": true})");
  LayerArguments halved = arguments;
  halved.weights[6] =
      MakeF32({2, 3, 4}, [&](size_t i) { return arguments.weights[6].values<float>()[i] / 2; });
  LayerArguments with_gate = arguments;
  const auto zero = [](size_t) { return 0; };
  with_gate.weights.insert(with_gate.weights.begin() + 4,
                           {MakeF32({4, 2, 3}, zero), MakeF32({2, 3}, zero)});
  ExpectTensor(gated.Call(with_gate).output(), plain.Call(halved).output(), 1e-5f);
  CHECK(gated.Build({{DType::kFloat32, {1, 3, 4}}, {DType::kFloat32, {1, 3, 4}}})[4].name ==
        "gate/kernel");
  gated.ExpectLayerGradients(with_gate);
}

TEST_CASE("MultiHeadAttention: one of two axes attends") {
  // [batch, rows, columns, features], attention along the columns: as if rows were batches.
  const TestLayer flat("MultiHeadAttention", R"({"num_heads": 1, "key_dim": 2})");
  const TestLayer layer("MultiHeadAttention",
                        R"({"num_heads": 1, "key_dim": 2, "attention_axes": [2]})");
  const TestLayer both("MultiHeadAttention", R"({"num_heads": 1, "key_dim": 2})");
  const Tensor x = MakeF32({1, 2, 3, 2}, [](size_t i) { return std::sin(i); });
  const auto wave = [](size_t i) { return std::cos(3 * i); };
  std::vector<Tensor> weights;
  for (int i = 0; i < 3; ++i) {
    weights.push_back(MakeF32({2, 1, 2}, wave));
    weights.push_back(MakeF32({1, 2}, wave));
  }
  weights.push_back(MakeF32({1, 2, 2}, wave));
  weights.push_back(MakeF32({2}, wave));
  const Tensor y = layer.Call({.inputs = {x, x}, .weights = weights}).output();
  const Tensor rows = x.Reshaped({2, 3, 2});
  ExpectTensor(y.Reshaped({2, 3, 2}),
               flat.Call({.inputs = {rows, rows}, .weights = weights}).output(), 1e-5f);
  // Along both axes: as if they were one.
  const Tensor cells = x.Reshaped({1, 6, 2});
  ExpectTensor(both.Call({.inputs = {x, x}, .weights = weights}).output().Reshaped({1, 6, 2}),
               flat.Call({.inputs = {cells, cells}, .weights = weights}).output(), 1e-5f);
}

TEST_CASE("MultiHeadAttention: weights, shapes, refusals") {
  const TestLayer layer("MultiHeadAttention",
                        R"({"num_heads": 2, "key_dim": 3, "output_shape": 5, "use_bias": false})");
  const std::vector<TensorSpec> inputs = {{DType::kFloat32, {kUnknown, kUnknown, 4}},
                                          {DType::kFloat32, {kUnknown, kUnknown, 7}}};
  const std::vector<LayerWeight> weights = layer.Build(inputs);
  REQUIRE(weights.size() == 4);
  CHECK(weights[1].name == "key/kernel");
  CHECK(weights[1].tensor.shape == Shape{7, 2, 3});
  CHECK(weights[3].name == "attention_output/kernel");
  CHECK(weights[3].tensor.shape == Shape{2, 3, 5});
  CHECK(layer.InferOutputs(inputs)[0].shape == Shape{kUnknown, kUnknown, 5});
  ExpectError(Code::kLayer, [] { TestLayer("MultiHeadAttention"); });
  ExpectError(Code::kLayer,
              [] { TestLayer("MultiHeadAttention", R"({"num_heads": 0, "key_dim": 1})"); });
  ExpectError(Code::kLayer, [] {
    TestLayer("MultiHeadAttention", R"({"num_heads": 1, "key_dim": 1, "dropout": 2})");
  });
  const TestLayer small("MultiHeadAttention", R"({"num_heads": 1, "key_dim": 1})");
  ExpectError(Code::kLayer, [&] { small.InferOutputs({{DType::kFloat32, {1, 2, 3}}}); });
}

TEST_CASE("MultiHeadAttention: dropout of scores, only while training") {
  const TestLayer layer("MultiHeadAttention",
                        R"({"num_heads": 2, "key_dim": 2, "value_dim": 3, "dropout": 0.5})");
  const TestLayer plain("MultiHeadAttention", kTwoHeads);
  LayerArguments arguments = {.inputs = {Query(), Value()}, .weights = Weights()};
  ExpectTensor(layer.Call(arguments).output(), plain.Call(arguments).output());
  arguments.training = true;
  arguments.is_random = true;
  const Tensor first = layer.Call(arguments).output();
  const Tensor second = layer.Call(arguments).output();
  CHECK(Numbers(first) != Numbers(second));
}

TEST_CASE("GroupQueryAttention: query heads share keys and values") {
  const TestLayer layer("GroupQueryAttention",
                        R"({"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2})");
  const LayerArguments arguments = {
      .inputs = {Query(), Value()},
      .weights =
          {FromJson(
               "[[[0.011,-0.727],[-0.71,0.859],[0.912,0.932],[-0.284,-0.908]],[[0.108,0.473],[0."
               "296,"
               "-0.894],[-0.534,0.412],[-0.89,0.693]],[[0.978,-0.504],[-0.892,0.959],[0.534,-0.092]"
               ","
               "[-0.043,0.831]],[[-0.288,-0.894],[0.228,-0.375],[0.363,0.896],[-0.279,-0.506]]]"),
           FromJson("[[-0.894,0.663],[-0.843,0.904],[0.412,0.823],[0.629,-0.619]]"),
           FromJson(
               "[[[-0.648,0.923],[-0.418,0.581]],[[-0.658,-0.402],[0.347,-0.503]],[[0.504,0.759],"
               "[-0.359,-0.403]],[[-0.945,-0.155],[-0.869,0.149]]]"),
           FromJson("[[0.376,0.137],[0.207,0.199]]"),
           FromJson(
               "[[[0.805,0.062],[0.723,-0.296]],[[-0.719,-0.556],[0.587,-0.541]],[[0.545,0.806],"
               "[0.089,-0.714]],[[0.247,-0.241],[0.817,-0.553]]]"),
           FromJson("[[-0.531,-0.035],[-0.013,-0.624]]"),
           FromJson(
               "[[[-0.251,0.336,-0.059,-0.881],[-0.169,-0.168,-0.105,-0.952]],[[-0.452,0.901,0.766,"
               "0.881],[0.518,-0.132,0.875,-0.399]],[[0.186,0.175,-0.118,-0.499],[-0.339,0.286,-0."
               "432,"
               "-0.308]],[[-0.292,-0.35,0.657,0.092],[-0.963,0.483,0.004,0.558]]]"),
           FromJson("[-0.011,-0.378,0.679,-0.653]")},
      .arguments = kWithScores};
  const LayerResults results = layer.Call(arguments);
  ExpectTensor(
      results.output(),
      FromJson("[[[0.61884,-0.9683622,-0.4673105,0.3855997],[1.000533,-1.125563,-0.03818269,"
               "0.2193976],[0.5454011,-1.290744,-0.5764316,-0.08946353]]]"),
      1e-5f);
  ExpectTensor(
      results.output(1),
      FromJson(
          "[[[[0.6232453,0.03668548,0.2746161,0.0654531],[0.7390786,0.006758596,0.2303118,"
          "0.02385103],[0.3035484,0.1555857,0.3016836,0.2391823]],[[0.4203768,0.08759751,"
          "0.3265605,0.1654651],[0.2108689,0.2959844,0.2271196,0.2660271],[0.7320785,0.005270865,"
          "0.2392026,0.02344807]],[[0.2384231,0.2959715,0.2647396,0.2008658],[0.3148042,"
          "0.2030836,0.2399332,0.2421791],[0.2770097,0.300282,0.2729976,0.1497106]],[[0.1185722,"
          "0.4772001,0.2634567,0.140771],[0.1430893,0.381533,0.2584064,0.2169713],[0.2424207,"
          "0.2491514,0.2479074,0.2605205]]]]"),
      1e-5f);
  layer.ExpectLayerGradients(arguments);
  ExpectError(Code::kLayer, [] {
    TestLayer("GroupQueryAttention",
              R"({"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 3})");
  });
}

}  // namespace
}  // namespace tfwasm
