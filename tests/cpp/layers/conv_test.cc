// SPDX-License-Identifier: Apache-2.0
// Convolutions of 1 to 3 dimensions in both layouts, compared with naive loops.
#include "layers/layer_testing.h"
#include "layers/spatial_testing.h"
#include "ops/volume_reference.h"
#include "passes/graph_text.h"
#include "passes/optimize.h"

namespace tfwasm {
namespace {

// A random convolution. Dimensions before the last `rank` have size 1.
struct ConvCase {
  ConvCase(int rank, bool may_have_both, TestRandom& random)
      : rank(rank), volume(VolumeCase::Random(random, /*dilated=*/true)) {
    for (size_t i = 0; i < 3; ++i) {
      if (static_cast<int>(i) < 3 - rank) {
        volume.input[i] = volume.size[i] = volume.stride[i] = volume.dilation[i] = 1;
      }
    }
    if (!volume.pads.empty()) volume.padding = "VALID";
    volume.pads.clear();
    if (!may_have_both && volume.dilation != VolumeCase::Axes{1, 1, 1}) volume.stride = {1, 1, 1};
    volume.channels = 2 * random.Int(1, 3);
  }

  std::string Config(std::string_view more, std::string_view format) const {
    return StrCat(R"({"kernel_size": )", List(volume.size), R"(, "strides": )", List(volume.stride),
                  R"(, "dilation_rate": )", List(volume.dilation), R"(, "padding": ")",
                  volume.padding == "SAME" ? "same" : "valid", R"(", "data_format": ")", format,
                  "\", ", more, "}");
  }

  std::string List(const VolumeCase::Axes& axes) const {
    std::string text;
    for (size_t i = static_cast<size_t>(3 - rank); i < 3; ++i) {
      text += StrCat(text.empty() ? "[" : ",", axes[i]);
    }
    return text + "]";
  }

  // A filter, with sizes only for the last dimensions.
  Tensor Filter(int64_t a, int64_t b, TestRandom& random) const {
    Shape shape;
    for (size_t i = static_cast<size_t>(3 - rank); i < 3; ++i) shape.Append(volume.size[i]);
    shape.Append(a);
    shape.Append(b);
    return random.Floats(shape);
  }

  int rank;
  VolumeCase volume;
};

// The filter is [window, channels / groups, outputs].
Tensor Reference(const ConvCase& c, int64_t groups, const Tensor& x, const Tensor& filter,
                 const Tensor& bias) {
  const int64_t outputs = bias.size();
  const int64_t inputs = c.volume.channels / groups;
  Tensor y = MakeF32(c.volume.OutputShape(outputs), [&](size_t i) {
    return bias.values<float>()[i % static_cast<size_t>(outputs)];
  });
  ForEachVolumeTap(c.volume, [&](int64_t out, int64_t tap, int64_t in) {
    for (int64_t o = 0; o < outputs; ++o) {
      for (int64_t i = 0; i < inputs; ++i) {
        const int64_t channel = o / (outputs / groups) * inputs + i;
        y.mutable_values<float>()[static_cast<size_t>(out * outputs + o)] +=
            x.values<float>()[static_cast<size_t>(in * c.volume.channels + channel)] *
            filter.values<float>()[static_cast<size_t>((tap * inputs + i) * outputs + o)];
      }
    }
  });
  return y;
}

// Both layouts must give `y`, both [N, D, H, W, C].
void ExpectBothFormats(std::string_view layer, const ConvCase& c, std::string_view config,
                       const Tensor& x, const std::vector<Tensor>& weights, const Tensor& y) {
  INFO(c.volume.Show(), " ", std::string(config));
  const TestLayer last(layer, c.Config(config, "channels_last"));
  ExpectTensor(last.Call({.inputs = {ToRank(x, c.rank)}, .weights = weights}).output(),
               ToRank(y, c.rank), 1e-4f);
  const TestLayer first(layer, c.Config(config, "channels_first"));
  ExpectTensor(first.Call({.inputs = {ToRankFirst(x, c.rank)}, .weights = weights}).output(),
               ToRankFirst(y, c.rank), 1e-4f);
}

TEST_CASE("Conv: random geometries") {
  TestRandom random(3);
  for (int i = 0; i < 60; ++i) {
    const ConvCase c(i % 3 + 1, /*may_have_both=*/false, random);
    const int64_t groups = random.Int(1, 2);
    const Tensor x = random.Floats(c.volume.InputShape(c.volume.channels));
    const Tensor filter = c.Filter(c.volume.channels / groups, 4, random);
    const Tensor bias = random.Floats({4});
    const std::string layer = StrCat("Conv", c.rank, "D");
    const std::string config = StrCat(R"("filters": 4, "groups": )", groups);
    ExpectBothFormats(layer, c, config, x, {filter, bias}, Reference(c, groups, x, filter, bias));
  }
}

TEST_CASE("DepthwiseConv, SeparableConv: random geometries") {
  TestRandom random(4);
  for (int i = 0; i < 40; ++i) {
    const ConvCase c(i % 2 + 1, /*may_have_both=*/true, random);
    const int64_t channels = c.volume.channels;
    const Tensor x = random.Floats(c.volume.InputShape(channels));
    const Tensor filter = c.Filter(channels, 2, random);
    const Tensor bias = random.Floats({channels * 2});
    ExpectBothFormats(StrCat("DepthwiseConv", c.rank, "D"), c, R"("depth_multiplier": 2)", x,
                      {filter, bias}, Reference(c, channels, x, filter, bias));
    // All pointwise weights are 1.
    const Tensor ones = MakeF32({channels * 2}, [](size_t) { return 1; });
    const Tensor pointwise =
        ones.Reshaped(c.rank == 1 ? Shape{1, channels * 2, 1} : Shape{1, 1, channels * 2, 1});
    const Tensor no_bias = MakeF32({channels * 2}, [](size_t) { return 0; });
    const Tensor depthwise = Reference(c, channels, x, filter, no_bias);
    const Tensor sums = MakeF32(c.volume.OutputShape(1), [&](size_t at) {
      double sum = 0.5;
      for (int64_t k = 0; k < channels * 2; ++k) {
        sum +=
            depthwise
                .values<float>()[at * static_cast<size_t>(channels * 2) + static_cast<size_t>(k)];
      }
      return sum;
    });
    ExpectBothFormats(StrCat("SeparableConv", c.rank, "D"), c,
                      R"("depth_multiplier": 2, "filters": 1)", x,
                      {filter, pointwise, F32({1}, {0.5f})}, sums);
  }
}

TEST_CASE("ConvTranspose: random geometries") {
  TestRandom random(5);
  for (int i = 0; i < 90; ++i) {
    // The convolution from the result to the input.
    ConvCase c(i % 3 + 1, /*may_have_both=*/false, random);
    const bool is_same = c.volume.padding == "SAME";
    const bool has_output_padding = random.Int(0, 2) == 0;
    VolumeCase::Axes inputs{1, 1, 1};
    VolumeCase::Axes output_padding{0, 0, 0};
    std::vector<int64_t> pads(6, 0);
    for (size_t a = static_cast<size_t>(3 - c.rank); a < 3; ++a) {
      const int64_t n = inputs[a] = random.Int(1, 4);
      const int64_t s = c.volume.stride[a];
      const int64_t extent = (c.volume.size[a] - 1) * c.volume.dilation[a] + 1;
      const int64_t p = output_padding[a] = random.Int(0, static_cast<int>(s) - 1);
      int64_t out = is_same ? n * s : (n - 1) * s + std::max(extent, s);
      if (has_output_padding) out = (n - 1) * s + extent - (is_same ? extent / 2 * 2 : 0) + p;
      const int64_t excess = std::max<int64_t>(0, (n - 1) * s + extent - out);
      c.volume.input[a] = out;
      pads[2 * a] = excess / 2;
      pads[2 * a + 1] = excess - excess / 2;
    }
    if (c.volume.input[0] * c.volume.input[1] * c.volume.input[2] == 0) continue;
    const std::string padding = c.volume.padding;
    c.volume.padding = "EXPLICIT";
    c.volume.pads = pads;
    c.volume.batch = 2;
    const Shape small{2, inputs[0], inputs[1], inputs[2], 3};
    REQUIRE(c.volume.OutputShape(3) == small);
    const Tensor x = random.Floats(small);
    const Tensor filter = c.Filter(c.volume.channels, 3, random);
    std::vector<double> sums(
        static_cast<size_t>(c.volume.InputShape(c.volume.channels).NumElements()), 0.25);
    ForEachVolumeTap(c.volume, [&](int64_t out, int64_t tap, int64_t in) {
      for (int64_t k = 0; k < 3 * c.volume.channels; ++k) {
        sums[static_cast<size_t>(in * c.volume.channels + k / 3)] +=
            x.values<float>()[static_cast<size_t>(out * 3 + k % 3)] *
            filter.values<float>()[static_cast<size_t>(tap * 3 * c.volume.channels + k)];
      }
    });
    const Tensor y =
        MakeF32(c.volume.InputShape(c.volume.channels), [&](size_t at) { return sums[at]; });
    const Tensor bias = MakeF32({c.volume.channels}, [](size_t) { return 0.25; });
    std::string config = StrCat(R"("filters": )", c.volume.channels);
    if (has_output_padding) config += StrCat(R"(, "output_padding": )", c.List(output_padding));
    c.volume.padding = padding;
    ExpectBothFormats(StrCat("Conv", c.rank, "DTranspose"), c, config, x, {filter, bias}, y);
  }
}

TEST_CASE("Conv: causal padding, with dilation and strides") {
  const std::vector<Tensor> weights = {F32({2, 1, 1}, {10, 1}), F32({1}, {0})};
  const Tensor x = F32({1, 4, 1}, {1, 2, 3, 4});
  const auto call = [&](std::string_view layer, std::string_view more) {
    const std::string config =
        StrCat(R"({"filters": 1, "kernel_size": 2, "padding": "causal")", more, "}");
    return TestLayer(layer, config).Call({.inputs = {x}, .weights = weights}).output();
  };
  ExpectTensor(call("Conv1D", ""), F32({1, 4, 1}, {1, 12, 23, 34}));
  ExpectTensor(call("Convolution1D", R"(, "dilation_rate": [2])"), F32({1, 4, 1}, {1, 2, 13, 24}));
  ExpectTensor(call("Conv1D", R"(, "strides": 2)"), F32({1, 2, 1}, {1, 23}));
  ExpectTensor(call("DepthwiseConv1D", ""), F32({1, 4, 1}, {1, 12, 23, 34}));
}

TEST_CASE("Conv: bias and activation are fused, in any rank and layout") {
  const auto optimized = [](std::string_view layer, std::string_view more, const Shape& input,
                            const Shape& filter) {
    const std::string config =
        StrCat(R"({"filters": 2, "kernel_size": 1, "activation": "relu", )", more, "}");
    Graph graph =
        TestLayer(layer, config)
            .GraphOf({.inputs = {MakeF32(input, [](size_t i) { return i; })},
                      .weights = {MakeF32(filter, [](size_t i) { return i; }), F32({2}, {1, 2})}});
    Optimize(graph);
    std::string ops;
    for (const NodeId id : graph.TopologicalOrder()) {
      const std::string_view op = graph.node(id).op;
      if (op != "Const" && op != "Placeholder") ops += StrCat(ops.empty() ? "" : " ", op);
    }
    return ops;
  };
  CHECK(optimized("Conv2D", R"("padding": "same")", {1, 2, 2, 3}, {1, 1, 3, 2}) == "_FusedConv2D");
  CHECK(optimized("Conv2D", R"("data_format": "channels_first")", {1, 3, 2, 2}, {1, 1, 3, 2}) ==
        "Transpose _FusedConv2D Transpose");
  CHECK(optimized("Conv1D", R"("padding": "causal")", {1, 4, 3}, {1, 3, 2}) ==
        "ExpandDims _FusedConv2D Squeeze");
  CHECK(optimized("DepthwiseConv2D", R"("depth_multiplier": 1)", {1, 2, 2, 2}, {1, 1, 2, 1}) ==
        "FusedDepthwiseConv2dNative");
}

TEST_CASE("Conv: softmax works along the last axis of any layout") {
  const TestLayer conv("Conv1D", R"({"filters": 1, "kernel_size": 1, "activation": "softmax",
                                     "data_format": "channels_first", "use_bias": false})");
  ExpectTensor(
      conv.Call({.inputs = {F32({1, 1, 2}, {0, 0})}, .weights = {F32({1, 1, 1}, {1})}}).output(),
      F32({1, 1, 2}, {0.5f, 0.5f}));
}

TEST_CASE("Conv: gradients") {
  TestRandom random(6);
  const auto check = [&](std::string_view layer, std::string_view config, const Shape& x,
                         const std::vector<Shape>& weights) {
    INFO(std::string(layer), " ", std::string(config));
    LayerArguments arguments{.inputs = {random.Floats(x)}};
    for (const Shape& shape : weights) arguments.weights.push_back(random.Floats(shape));
    TestLayer(layer, config).ExpectLayerGradients(arguments);
  };
  check("Conv1D", R"({"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 2})",
        {2, 5, 2}, {{2, 2, 2}, {2}});
  check("Conv2D", R"({"filters": 4, "kernel_size": 2, "groups": 2, "strides": 2,
                      "data_format": "channels_first"})",
        {1, 4, 5, 4}, {{2, 2, 2, 4}, {4}});
  check("Conv3D", R"({"filters": 2, "kernel_size": 2, "groups": 2, "padding": "same"})",
        {1, 3, 2, 3, 2}, {{2, 2, 2, 1, 2}, {2}});
  check("Conv1DTranspose", R"({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"})",
        {1, 3, 2}, {{3, 2, 2}, {2}});
  check("Conv2DTranspose", R"({"filters": 2, "kernel_size": [3, 2], "strides": [2, 3]})",
        {1, 3, 2, 2}, {{3, 2, 2, 2}, {2}});
  check("Conv3DTranspose", R"({"filters": 2, "kernel_size": 2, "padding": "same"})",
        {1, 2, 2, 2, 1}, {{2, 2, 2, 2, 1}, {2}});
  check("DepthwiseConv2D", R"({"kernel_size": 2, "depth_multiplier": 2, "strides": [1, 2]})",
        {1, 3, 4, 2}, {{2, 2, 2, 2}, {4}});
  check("SeparableConv1D", R"({"filters": 3, "kernel_size": 2})", {1, 4, 2},
        {{2, 2, 1}, {1, 2, 3}, {3}});
}

TEST_CASE("Conv: weights") {
  const auto weights = [](std::string_view layer, Generation generation, const Shape& input) {
    const TestLayer tested(layer, R"({"filters": 6, "kernel_size": 3})", generation);
    std::string text;
    for (const LayerWeight& weight : tested.Build({{DType::kFloat32, input}})) {
      text += StrCat(weight.name, weight.tensor.shape, WriteJson(weight.initializer), ' ');
    }
    return text;
  };
  constexpr auto kUnknown = Shape::kUnknownDim;
  const Shape images{kUnknown, kUnknown, kUnknown, 4};
  CHECK(weights("Conv2D", Generation::kKeras3, images) ==
        R"(kernel[3,3,4,6]"glorot_uniform" bias[6]"zeros" )");
  CHECK(weights("Conv2DTranspose", Generation::kKeras3, images) ==
        R"(kernel[3,3,6,4]"glorot_uniform" bias[6]"zeros" )");
  CHECK(weights("DepthwiseConv2D", Generation::kKeras3, images) ==
        R"(kernel[3,3,4,1]"glorot_uniform" bias[4]"zeros" )");
  CHECK(weights("DepthwiseConv2D", Generation::kKeras2, images) ==
        R"(depthwise_kernel[3,3,4,1]"glorot_uniform" bias[4]"zeros" )");
  CHECK(weights("SeparableConv1D", Generation::kKeras3, {kUnknown, 9, 4}) ==
        R"(depthwise_kernel[3,4,1]"glorot_uniform" pointwise_kernel[1,4,6]"glorot_uniform" )"
        R"(bias[6]"zeros" )");
}

TEST_CASE("Conv: outputs for unknown dimensions") {
  constexpr auto kUnknown = Shape::kUnknownDim;
  CHECK(OutputShape("Conv2D", R"({"filters": 64, "kernel_size": 3, "strides": 2})",
                    {kUnknown, kUnknown, 9, 3}) == Shape{kUnknown, kUnknown, 4, 64});
  CHECK(OutputShape("Conv3D", R"({"filters": 64, "kernel_size": 3, "padding": "same"})",
                    {kUnknown, kUnknown, kUnknown, kUnknown, 3}) ==
        Shape{kUnknown, kUnknown, kUnknown, kUnknown, 64});
  // A window larger than the sizes that are tried in place of unknown ones.
  CHECK(OutputShape("Conv1D", R"({"filters": 8, "kernel_size": 1024, "strides": 256})",
                    {kUnknown, kUnknown, 1}) == Shape{kUnknown, kUnknown, 8});
  CHECK(OutputShape("Conv2DTranspose", R"({"filters": 8, "kernel_size": 4, "strides": 2})",
                    {kUnknown, 5, kUnknown, 1}) == Shape{kUnknown, 12, kUnknown, 8});
}

TEST_CASE("Conv: configs") {
  const TestLayer conv("Conv2D", R"({"filters": 2, "kernelSize": 1, "kernel_size": 3})");
  CHECK(conv.config() ==
        R"({"data_format":"channels_last","kernel_size":[3,3],"padding":"valid",)"
        R"("activation":"linear","use_bias":true,"bias_initializer":"zeros",)"
        R"("bias_regularizer":null,"bias_constraint":null,"strides":[1,1],"dilation_rate":[1,1],)"
        R"("filters":2,"groups":1,"kernel_initializer":"glorot_uniform",)"
        R"("kernel_regularizer":null,"kernel_constraint":null})");
  CHECK(conv.unknown_keys() == std::vector<std::string>{"kernelSize"});
  // What Keras 2 writes for a subclass of Conv.
  const TestLayer depthwise("DepthwiseConv2D", R"({"kernel_size": 3, "groups": 1,
      "filters": null, "kernel_initializer": "glorot_uniform"})",
                            Generation::kKeras2);
  CHECK(depthwise.unknown_keys().empty());

  const auto error = [](std::string_view layer, std::string_view config) {
    return ErrorOf([&] { TestLayer(layer, config); });
  };
  CHECK(error("Conv2D", R"({"filters": 2})") ==
        "E_LAYER the config has no 'kernel_size': expected integers from 1 to 16777216");
  CHECK(error("Conv2D", R"({"filters": 2, "kernel_size": [3, 3, 3]})") ==
        "E_LAYER 'kernel_size': expected an integer or 2 integers, got [3,3,3]");
  for (const char* config : {
           R"({"filters": 2, "kernel_size": 0})",
           R"({"filters": 2, "kernel_size": 99999999999})",
           R"({"filters": 0, "kernel_size": 1})",
           R"({"filters": 2, "kernel_size": 1, "padding": "causal"})",
           R"({"filters": 2, "kernel_size": 1, "strides": 2, "dilation_rate": 2})",
           R"({"filters": 2, "kernel_size": 1, "groups": 3})",
           R"({"filters": 2, "kernel_size": 1, "data_format": "nchw"})",
       }) {
    CHECK(error("Conv2D", config).starts_with("E_LAYER "));
  }
  for (const char* config : {
           R"({"filters": 2, "kernel_size": 1, "groups": 2})",
           R"({"filters": 2, "kernel_size": 1, "padding": "causal"})",
           R"({"filters": 2, "kernel_size": 1, "output_padding": 1})",
           R"({"filters": 2, "kernel_size": 1, "strides": 2, "output_padding": -1})",
           R"({"filters": 2, "kernel_size": 1, "strides": 2, "output_padding": [1, 1]})",
       }) {
    CHECK(error("Conv1DTranspose", config).starts_with("E_LAYER "));
  }
  const TestLayer grouped("Conv1D", R"({"filters": 2, "kernel_size": 1, "groups": 2})");
  ExpectError(Code::kShape, [&] { grouped.Build({{DType::kFloat32, {1, 4, 3}}}); });
  ExpectError(Code::kShape, [&] { grouped.Build({{DType::kFloat32, {1, 4}}}); });
  ExpectError(Code::kShape,
              [&] { grouped.Build({{DType::kFloat32, {1, 4, Shape::kUnknownDim}}}); });
}

}  // namespace
}  // namespace tfwasm
