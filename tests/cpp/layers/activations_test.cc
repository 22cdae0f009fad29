// SPDX-License-Identifier: Apache-2.0
#include "layers/activations.h"

#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

LayerActivation ActivationOf(std::string_view json, Generation generation = Generation::kKeras3) {
  const JsonDocument document = ParseJson(json, "an activation");
  return LayerActivation(document.root(), generation);
}

struct ActivationRow {
  std::string_view activation;
  Generation generation;
  std::string_view y;
  std::string_view slope;  // empty: not checked
};

// Of [-6,-3.5,-3,-2.5,-1,-0.5,-0.1,0,0.1,0.5,1,2.5,3,3.5,6,7].
const ActivationRow kElementwise[] = {
    {R"("relu")", Generation::kKeras3, "[0,0,0,0,0,0,0,0,0.1,0.5,1,2.5,3,3.5,6,7]",
     "[0,0,0,0,0,0,0,0,1,1,1,1,1,1,1,1]"},
    {R"("relu6")", Generation::kKeras3, "[0,0,0,0,0,0,0,0,0.1,0.5,1,2.5,3,3.5,6,6]",
     "[0,0,0,0,0,0,0,0,1,1,1,1,1,1,0,0]"},
    {R"("leaky_relu")", Generation::kKeras3,
     "[-1.2,-0.7,-0.6,-0.5,-0.2,-0.1,-0.02,0,0.1,0.5,1,2.5,3,3.5,6,7]",
     "[0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,1,1,1,1,1,1,1,1]"},
    {R"("elu")", Generation::kKeras3,
     "[-0.9975212,-0.9698026,-0.9502129,-0.917915,-0.6321206,-0.3934693,-0.09516258,0,0.1,0.5,1,"
     "2.5,3,3.5,6,7]",
     "[0.002478752,0.03019738,0.04978707,0.082085,0.3678794,0.6065307,0.9048374,1,1,1,1,1,1,1,1,"
     "1]"},
    {R"("selu")", Generation::kKeras3,
     "[-1.753741,-1.705009,-1.670569,-1.613786,-1.111331,-0.6917582,-0.1673053,0,0.1050701,"
     "0.5253505,1.050701,2.626752,3.152103,3.677453,6.304206,7.354907]",
     "[0.004357893,0.05309,0.08753061,0.1443136,0.6467686,1.066341,1.590794,1.050701,1.050701,"
     "1.050701,1.050701,1.050701,1.050701,1.050701,1.050701,1.050701]"},
    {R"({"class_name": "celu", "config": {"alpha": 2}})", Generation::kKeras3,
     "[-1.900426,-1.652452,-1.55374,-1.42699,-0.7869387,-0.4423984,-0.09754115,0,0.1,0.5,1,2.5,3,"
     "3.5,6,7]",
     ""},
    {R"("gelu")", Generation::kKeras3,
     "[-5.919526e-09,-0.0008142018,-0.004049694,-0.01552416,-0.1586553,-0.1542688,-0.04601722,0,"
     "0.05398278,0.3457312,0.8413447,2.484476,2.99595,3.499186,6,7]",
     "[-3.546871e-08,-0.00282176,-0.01194565,-0.03761109,-0.08331547,0.1325049,0.4204769,0.5,"
     "0.5795231,0.8674951,1.083315,1.037611,1.011946,1.002822,1,1]"},
    {R"("gelu_new")", Generation::kKeras2,
     "[-8.439649e-11,-0.0006161977,-0.003637392,-0.01508427,-0.158808,-0.154286,-0.04601725,0,"
     "0.05398275,0.345714,0.841192,2.484916,2.996363,3.499384,6,7]",
     ""},
    {R"("silu")", Generation::kKeras3,
     "[-0.01483574,-0.1025928,-0.1422776,-0.1896455,-0.2689414,-0.1887703,-0.04750208,0,"
     "0.05249792,0.3112297,0.7310586,2.310355,2.857722,3.397407,5.985164,6.993623]",
     "[-0.01232643,-0.07027335,-0.08810411,-0.09940111,0.07232949,0.2600388,0.4500832,0.5,"
     "0.5499168,0.7399612,0.9276705,1.099401,1.088104,1.070273,1.012326,1.00546]"},
    {R"("mish")", Generation::kKeras3,
     "[-0.01485408,-0.1040958,-0.1456475,-0.1968162,-0.3034015,-0.2207438,-0.05678858,0,"
     "0.06317942,0.3752452,0.8650984,2.471392,2.986535,3.493991,5.999927,6.999988]",
     ""},
    {R"("softplus")", Generation::kKeras3,
     "[0.002475685,0.02975042,0.04858735,0.07888973,0.3132617,0.474077,0.6443967,0.6931472,"
     "0.7443967,0.974077,1.313262,2.57889,3.048587,3.52975,6.002476,7.000911]",
     "[0.002472623,0.02931223,0.04742587,0.07585818,0.2689414,0.3775407,0.4750208,0.5,0.5249792,"
     "0.6224593,0.7310586,0.9241418,0.9525741,0.9706878,0.9975274,0.9990889]"},
    {R"("softsign")", Generation::kKeras3,
     "[-0.8571429,-0.7777778,-0.75,-0.7142857,-0.5,-0.3333333,-0.09090909,0,0.09090909,0.3333333,"
     "0.5,0.7142857,0.75,0.7777778,0.8571429,0.875]",
     "[0.02040816,0.04938272,0.0625,0.08163265,0.25,0.4444444,0.8264463,1,0.8264463,0.4444444,"
     "0.25,0.08163265,0.0625,0.04938272,0.02040816,0.015625]"},
    {R"("hard_sigmoid")", Generation::kKeras3,
     "[0,0,0,0.08333333,0.3333333,0.4166667,0.4833333,0.5,0.5166667,0.5833333,0.6666667,"
     "0.9166667,1,1,1,1]",
     "[0,0,0,0.1666667,0.1666667,0.1666667,0.1666667,0.1666667,0.1666667,0.1666667,0.1666667,"
     "0.1666667,0,0,0,0]"},
    {R"("hardSigmoid")", Generation::kKeras2, "[0,0,0,0,0.3,0.4,0.48,0.5,0.52,0.6,0.7,1,1,1,1,1]",
     ""},
    {R"("hard_swish")", Generation::kKeras3,
     "[-0,-0,-0,-0.2083333,-0.3333333,-0.2083333,-0.04833333,0,0.05166667,0.2916667,0.6666667,"
     "2.291667,3,3.5,6,7]",
     ""},
    {R"("hard_tanh")", Generation::kKeras3, "[-1,-1,-1,-1,-1,-0.5,-0.1,0,0.1,0.5,1,1,1,1,1,1]", ""},
    {R"("log_sigmoid")", Generation::kKeras3,
     "[-6.002476,-3.52975,-3.048587,-2.57889,-1.313262,-0.974077,-0.7443967,-0.6931472,"
     "-0.6443967,-0.474077,-0.3132617,-0.07888973,-0.04858735,-0.02975042,-0.002475685,"
     "-0.0009114665]",
     ""},
    {R"("tanh_shrink")", Generation::kKeras3,
     "[-5.000012,-2.501822,-2.004945,-1.513386,-0.2384058,-0.03788284,-0.0003320054,0,"
     "0.0003320054,0.03788284,0.2384058,1.513386,2.004945,2.501822,5.000012,6.000002]",
     ""},
    {R"("soft_shrink")", Generation::kKeras3,
     "[-5.5,-3,-2.5,-2,-0.5,0,0,0,0,0,0.5,2,2.5,3,5.5,6.5]", ""},
    {R"("hard_shrink")", Generation::kKeras3, "[-6,-3.5,-3,-2.5,-1,0,0,0,0,0,1,2.5,3,3.5,6,7]", ""},
    {R"("squareplus")", Generation::kKeras3,
     "[0.1622777,0.2655644,0.3027756,0.3507811,0.618034,0.7807764,0.9512492,1,1.051249,1.280776,"
     "1.618034,2.850781,3.302776,3.765564,6.162278,7.140055]",
     ""},
    {R"("sparse_plus")", Generation::kKeras3,
     "[0,0,0,0,0,0.0625,0.2025,0.25,0.3025,0.5625,1,2.5,3,3.5,6,7]", ""},
    {R"("sparse_sigmoid")", Generation::kKeras3, "[0,0,0,0,0,0.25,0.45,0.5,0.55,0.75,1,1,1,1,1,1]",
     ""},
    {R"({"class_name": "threshold", "config": {"threshold": 0.5, "value": -9}})",
     Generation::kKeras3, "[-9,-9,-9,-9,-9,-9,-9,-9,-9,-9,1,2.5,3,3.5,6,7]", ""},
    {R"("exponential")", Generation::kKeras3,
     "[0.002478752,0.03019738,0.04978707,0.082085,0.3678794,0.6065307,0.9048374,1,1.105171,"
     "1.648721,2.718282,12.18249,20.08554,33.11545,403.4288,1096.633]",
     ""},
    {R"("sigmoid")", Generation::kKeras2,
     "[0.002472623,0.02931223,0.04742587,0.07585818,0.2689414,0.3775407,0.4750208,0.5,0.5249792,"
     "0.6224593,0.7310586,0.9241418,0.9525741,0.9706878,0.9975274,0.9990889]",
     "[0.002466509,0.02845302,0.04517666,0.07010372,0.1966119,0.2350037,0.249376,0.25,0.249376,"
     "0.2350037,0.1966119,0.07010372,0.04517666,0.02845302,0.002466509,0.0009102212]"},
    {R"("tanh")", Generation::kKeras2,
     "[-0.9999877,-0.9981779,-0.9950548,-0.9866143,-0.7615942,-0.4621172,-0.09966799,0,"
     "0.09966799,0.4621172,0.7615942,0.9866143,0.9950548,0.9981779,0.9999877,0.9999983]",
     "[2.457655e-05,0.003640885,0.009866037,0.02659223,0.4199743,0.7864477,0.9900663,1,0.9900663,"
     "0.7864477,0.4199743,0.02659223,0.009866037,0.003640885,2.457655e-05,3.326109e-06]"},
};

TEST_CASE("activations: elementwise functions, and their slopes") {
  const Tensor x = FromJson("[-6,-3.5,-3,-2.5,-1,-0.5,-0.1,0,0.1,0.5,1,2.5,3,3.5,6,7]");
  for (const ActivationRow& row : kElementwise) {
    CAPTURE(std::string(row.activation));
    const LayerActivation activation = ActivationOf(row.activation, row.generation);
    CHECK(activation.is_elementwise());
    const auto apply = [&](const std::vector<Operand>& xs) { return activation(xs[0]); };
    ExpectTensor(TracedFunction(apply, {x}).value(), FromJson(row.y), 2e-6f);
    if (row.slope.empty()) continue;
    const Tensor ones = MakeF32(x.shape(), [](size_t) { return 1; });
    ExpectTensor(GradientsOf(apply, {x}, ones)[0], FromJson(row.slope), 2e-5f);
  }
}

TEST_CASE("activations: along the last axis") {
  const auto applied = [](std::string_view name, const Tensor& x) {
    const LayerActivation activation = ActivationOf(name);
    CHECK_FALSE(activation.is_elementwise());
    return TracedFunction([&](const std::vector<Operand>& xs) { return activation(xs[0]); }, {x})
        .value();
  };
  ExpectTensor(applied("\"glu\"", FromJson("[[0.5,-0.2,1.3,0.1],[0,0,3,0]]")),
               FromJson("[[0.3929175,-0.1049958],[0,0]]"), 1e-5f);
  ExpectTensor(applied("\"sparsemax\"", FromJson("[[0.5,-0.2,1.3,0.1],[0,0,3,0]]")),
               FromJson("[[0.1,0,0.9,0],[0,0,1,0]]"), 1e-5f);
  ExpectTensor(
      applied("\"softmax\"", FromJson("[[0.5,-0.2,1.3,0.1],[0,0,3,0]]")),
      FromJson("[[0.2276636,0.1130544,0.5066746,0.1526075],[0.04331716,0.04331716,0.8700485,"
               "0.04331716]]"),
      1e-5f);
  ExpectTensor(
      applied("\"log_softmax\"", FromJson("[[0.5,-0.2,1.3,0.1],[0,0,3,0]]")),
      FromJson("[[-1.479886,-2.179886,-0.6798863,-1.879886],[-3.139206,-3.139206,-0.1392063,"
               "-3.139206]]"),
      1e-5f);
  ExpectError(Code::kShape, [&] { applied("\"softmax\"", F32({2}, {1, 2})); });
  ExpectError(Code::kShape, [&] { applied("\"glu\"", F32({1, 3}, {1, 2, 3})); });
}

TEST_CASE("activations: names and configs") {
  for (const std::string_view name : {"leakyRelu", "LeakyReLU", "leaky_relu"}) {
    CHECK(ActivationOf(StrCat("\"", name, "\"")).name() == "leaky_relu");
  }
  CHECK(ActivationOf(R"({"class_name": "function", "config": "swish"})").name() == "swish");
  CHECK(ActivationOf("null").name() == "linear");
  ExpectError(Code::kLayer, [] { ActivationOf("\"none\""); });
  ExpectError(Code::kLayer, [] { ActivationOf("1"); });
  ExpectError(Code::kLayer, [] { ActivationOf("{}"); });
  // A layer as an activation has the default of the layer.
  const Tensor x = F32({1}, {-1});
  const auto applied = [&](std::string_view json) {
    const LayerActivation activation = ActivationOf(json);
    return TracedFunction([&](const std::vector<Operand>& xs) { return activation(xs[0]); }, {x})
        .value();
  };
  ExpectTensor(applied(R"({"class_name": "LeakyReLU", "config": {}})"), F32({1}, {-0.3f}));
  ExpectTensor(applied(R"({"class_name": "LeakyReLU", "config": {"negative_slope": 0.5}})"),
               F32({1}, {-0.5f}));
  const TestLayer layer("Activation", R"({"activation": "tanh"})");
  ExpectTensor(layer.Call({.inputs = {F32({1, 1}, {0.5f})}}).output(),
               F32({1, 1}, {std::tanh(0.5f)}));
  CHECK(layer.config() == R"({"activation":"tanh"})");
}

}  // namespace
}  // namespace tfwasm
