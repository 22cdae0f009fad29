// SPDX-License-Identifier: Apache-2.0
#include "layers/spatial_testing.h"

namespace tfwasm {
namespace {

// The maximum or the mean of the elements of each window that are inside of the input.
Tensor Reference(const VolumeCase& c, const Tensor& x, bool is_max) {
  const Shape shape = c.OutputShape(c.channels);
  std::vector<double> values(static_cast<size_t>(shape.NumElements()), is_max ? -1e9 : 0);
  std::vector<double> counts(values.size(), 0);
  ForEachVolumeTap(c, [&](int64_t out, int64_t, int64_t in) {
    for (int64_t k = 0; k < c.channels; ++k) {
      const auto to = static_cast<size_t>(out * c.channels + k);
      const double value = x.values<float>()[static_cast<size_t>(in * c.channels + k)];
      values[to] = is_max ? std::max(values[to], value) : values[to] + value;
      ++counts[to];
    }
  });
  return MakeF32(shape, [&](size_t i) { return is_max ? values[i] : values[i] / counts[i]; });
}

TEST_CASE("pooling: random geometries in both layouts") {
  TestRandom random(7);
  for (int i = 0; i < 60; ++i) {
    const int rank = i % 3 + 1;
    VolumeCase c = VolumeCase::Random(random, /*dilated=*/false);
    c.channels = 3;
    if (!c.pads.empty()) c.padding = "VALID";
    c.pads.clear();
    std::string sizes;
    std::string strides;
    for (size_t a = 0; a < 3; ++a) {
      if (static_cast<int>(a) < 3 - rank) {
        c.input[a] = c.size[a] = c.stride[a] = 1;
        continue;
      }
      sizes += StrCat(sizes.empty() ? "" : ",", c.size[a]);
      strides += StrCat(strides.empty() ? "" : ",", c.stride[a]);
    }
    const std::string config =
        StrCat(R"({"pool_size": [)", sizes, R"(], "strides": [)", strides, R"(], "padding": ")",
               c.padding == "SAME" ? "same" : "valid", R"(", "data_format": ")");
    const Tensor x = random.Floats(c.InputShape(3));
    for (const std::string kind : {"Max", "Average"}) {
      INFO(c.Show(), " ", kind);
      const Tensor y = Reference(c, x, kind == "Max");
      const std::string layer = StrCat(kind, "Pooling", rank, "D");
      ExpectTensor(TestLayer(layer, config + R"(channels_last"})")
                       .Call({.inputs = {ToRank(x, rank)}})
                       .output(),
                   ToRank(y, rank));
      ExpectTensor(TestLayer(layer, config + R"(channels_first"})")
                       .Call({.inputs = {ToRankFirst(x, rank)}})
                       .output(),
                   ToRankFirst(y, rank));
    }
  }
}

TEST_CASE("pooling: the strides are those of the window by default; aliases, shapes, gradients") {
  const Tensor x = F32({1, 5, 1}, {1, 4, 2, 3, 9});
  ExpectTensor(TestLayer("MaxPool1D").Call({.inputs = {x}}).output(), F32({1, 2, 1}, {4, 3}));
  ExpectTensor(
      TestLayer("AvgPool1D", R"({"pool_size": 3, "strides": null})").Call({.inputs = {x}}).output(),
      F32({1, 1, 1}, {7.0f / 3}));
  constexpr auto kUnknown = Shape::kUnknownDim;
  CHECK(OutputShape("MaxPooling2D", "{}", {kUnknown, kUnknown, 7, 3}) ==
        Shape{kUnknown, kUnknown, 3, 3});
  CHECK(OutputShape("AveragePooling1D", R"({"pool_size": 500})", {kUnknown, kUnknown, 3}) ==
        Shape{kUnknown, kUnknown, 3});
  TestLayer("AveragePooling2D", R"({"padding": "same"})")
      .ExpectLayerGradients({.inputs = {RandomF32({1, 3, 3, 2})}});
  ExpectError(Code::kLayer, [] { TestLayer("MaxPooling1D", R"({"padding": "causal"})"); });
  ExpectError(Code::kLayer, [] { TestLayer("MaxPooling1D", R"({"strides": 0})"); });
  ExpectError(Code::kLayer, [] { TestLayer("MaxPooling2D", R"({"pool_size": [1, 2, 3]})"); });
  ExpectError(Code::kShape, [&] { TestLayer("MaxPooling2D").Call({.inputs = {x}}); });
}

TEST_CASE("global pooling: both layouts, keepdims") {
  const Tensor x = F32({1, 2, 2}, {1, 2, 5, 8});
  const auto call = [&](std::string_view layer, std::string_view config) {
    return TestLayer(layer, config).Call({.inputs = {x}}).output();
  };
  ExpectTensor(call("GlobalAveragePooling1D", "{}"), F32({1, 2}, {3, 5}));
  ExpectTensor(call("GlobalAveragePooling1D", R"({"data_format": "channels_first"})"),
               F32({1, 2}, {1.5f, 6.5f}));
  ExpectTensor(call("GlobalMaxPool1D", R"({"keepdims": true})"), F32({1, 1, 2}, {5, 8}));
  ExpectTensor(TestLayer("GlobalAveragePooling3D", R"({"data_format": "channels_first"})")
                   .Call({.inputs = {x.Reshaped({1, 2, 1, 2, 1})}})
                   .output(),
               F32({1, 2}, {1.5f, 6.5f}));
  constexpr auto kUnknown = Shape::kUnknownDim;
  CHECK(OutputShape("GlobalMaxPooling2D", "{}", {kUnknown, kUnknown, kUnknown, 3}) ==
        Shape{kUnknown, 3});
  CHECK(OutputShape("GlobalMaxPooling2D", R"({"keepdims": true})",
                    {kUnknown, kUnknown, kUnknown, 3}) == Shape{kUnknown, 1, 1, 3});
}

TEST_CASE("GlobalAveragePooling1D: the mean of the steps that count") {
  const LayerArguments arguments{.inputs = {F32({2, 3, 1}, {1, 2, 6, 4, 5, 9})},
                                 .masks = {Bool({2, 3}, {1, 1, 0, 0, 1, 1})}};
  const LayerResults results = TestLayer("GlobalAveragePooling1D").Call(arguments);
  ExpectTensor(results.output(), F32({2, 1}, {1.5f, 7}));
  CHECK_FALSE(results.has_mask());
  const TestLayer kept("GlobalAveragePooling1D", R"({"keepdims": true})");
  ExpectTensor(kept.Call(arguments).output(), F32({2, 1, 1}, {1.5f, 7}));
  kept.ExpectLayerGradients(arguments);
  // Other global poolings ignore masks.
  ExpectTensor(TestLayer("GlobalMaxPooling1D").Call(arguments).output(), F32({2, 1}, {6, 9}));
  const TestLayer first("GlobalAveragePooling1D", R"({"data_format": "channels_first"})");
  ExpectTensor(
      first.Call({.inputs = {F32({1, 1, 3}, {1, 2, 6})}, .masks = {Bool({1, 3}, {1, 0, 1})}})
          .output(),
      F32({1, 1}, {3.5f}));
}

TEST_CASE("adaptive pooling: windows from floor(i n / o) to ceil((i + 1) n / o)") {
  TestRandom random(8);
  for (const int64_t size : {1, 2, 3, 4, 5, 7, 9}) {
    CAPTURE(size);
    const Tensor x = random.Floats({2, 4, 7, 2});
    const Shape out{2, 3, size, 2};
    const auto reference = [&](bool is_max) {
      return MakeF32(out, [&](size_t at) {
        const auto i = static_cast<int64_t>(at);
        const int64_t row = i / 2 / size % 3;
        const int64_t column = i / 2 % size;
        double result = is_max ? -1e9 : 0;
        int count = 0;
        for (int64_t y = row * 4 / 3; y < ((row + 1) * 4 + 2) / 3; ++y) {
          for (int64_t z = column * 7 / size; z < ((column + 1) * 7 + size - 1) / size; ++z) {
            const int64_t from = ((i / (6 * size) * 4 + y) * 7 + z) * 2 + i % 2;
            const double value = x.values<float>()[static_cast<size_t>(from)];
            result = is_max ? std::max(result, value) : result + value;
            ++count;
          }
        }
        return is_max ? result : result / count;
      });
    };
    const std::string config = StrCat(R"({"output_size": [3, )", size, "]}");
    ExpectTensor(TestLayer("AdaptiveAveragePooling2D", config).Call({.inputs = {x}}).output(),
                 reference(false), 1e-5f);
    ExpectTensor(TestLayer("AdaptiveMaxPooling2D", config).Call({.inputs = {x}}).output(),
                 reference(true));
    const std::string first =
        StrCat(R"({"output_size": [3, )", size, R"(], "data_format": "channels_first"})");
    ExpectTensor(
        TestLayer("AdaptiveMaxPooling2D", first).Call({.inputs = {ToChannelsFirst(x)}}).output(),
        ToChannelsFirst(reference(true)));
  }
  constexpr auto kUnknown = Shape::kUnknownDim;
  CHECK(OutputShape("AdaptiveMaxPooling3D", R"({"output_size": [1, 2, 3]})",
                    {kUnknown, kUnknown, 4, kUnknown, 3}) == Shape{kUnknown, 1, 2, 3, 3});
  TestLayer("AdaptiveAveragePooling1D", R"({"output_size": 2})")
      .ExpectLayerGradients({.inputs = {RandomF32({2, 5, 2})}});
  ExpectError(Code::kLayer, [] { TestLayer("AdaptiveMaxPooling1D"); });
}

}  // namespace
}  // namespace tfwasm
