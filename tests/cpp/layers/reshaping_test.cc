// SPDX-License-Identifier: Apache-2.0
// Flatten, Reshape, Permute, RepeatVector, and the layers that crop, pad and repeat.
#include "layers/spatial_testing.h"

namespace tfwasm {
namespace {

constexpr auto kUnknown = Shape::kUnknownDim;

Tensor Counting(const Shape& shape) {
  return MakeF32(shape, [](size_t i) { return i; });
}

Tensor Run(std::string_view layer, std::string_view config, const Tensor& x) {
  return TestLayer(layer, config).Call({.inputs = {x}}).output();
}

TEST_CASE("Flatten") {
  ExpectTensor(Run("Flatten", "{}", Counting({2, 2, 2})), Counting({2, 4}));
  ExpectTensor(Run("Flatten", "{}", Counting({3})), Counting({3, 1}));
  ExpectTensor(Run("Flatten", R"({"data_format": "channels_first"})", Counting({1, 2, 3})),
               F32({1, 6}, {0, 3, 1, 4, 2, 5}));
  ExpectTensor(Run("Flatten", "{}", F32({0, 2, 3}, {})), F32({0, 6}, {}));
  CHECK(OutputShape("Flatten", "{}", {kUnknown, 2, 3}) == Shape{kUnknown, 6});
  CHECK(OutputShape("Flatten", "{}", {kUnknown, kUnknown, 3}) == Shape{kUnknown, kUnknown});
}

TEST_CASE("Reshape") {
  ExpectTensor(Run("Reshape", R"({"target_shape": [3, 2]})", Counting({2, 6})),
               Counting({2, 3, 2}));
  ExpectTensor(Run("Reshape", R"({"target_shape": [-1, 2, 1]})", Counting({2, 6})),
               Counting({2, 3, 2, 1}));
  ExpectTensor(Run("Reshape", R"({"target_shape": [null, 2]})", Counting({2, 6})),
               Counting({2, 3, 2}));
  ExpectTensor(Run("Reshape", R"({"target_shape": []})", Counting({2, 1})), Counting({2}));
  ExpectTensor(Run("Reshape", R"({"target_shape": [2, -1]})", F32({0, 6}, {})), F32({0, 2, 3}, {}));
  CHECK(OutputShape("Reshape", R"({"target_shape": [-1, 2]})", {kUnknown, 6}) ==
        Shape{kUnknown, 3, 2});
  CHECK(OutputShape("Reshape", R"({"target_shape": [7, -1]})", {kUnknown, kUnknown, 5}) ==
        Shape{kUnknown, 7, kUnknown});
  // Not by moving elements between examples.
  const TestLayer five("Reshape", R"({"target_shape": [5]})");
  ExpectError(Code::kShape, [&] { five.Call({.inputs = {Counting({5, 6})}}); });
  ExpectError(Code::kShape,
              [] { Run("Reshape", R"({"target_shape": [-1, 4]})", Counting({2, 6})); });
  ExpectError(Code::kShape, [] {
    Run("Reshape", R"({"target_shape": [4000000000, 4000000000, 4000000000]})", Counting({2, 6}));
  });
  for (const char* config :
       {"{}", R"({"target_shape": [-1, -1]})", R"({"target_shape": [-2]})",
        R"({"target_shape": [1, 1, 1, 1, 1, 1, 1, 1]})", R"({"target_shape": [1.5]})"}) {
    ExpectError(Code::kLayer, [&] { TestLayer("Reshape", config); });
  }
}

TEST_CASE("Permute, RepeatVector") {
  ExpectTensor(Run("Permute", R"({"dims": [2, 1]})", Counting({1, 2, 3})),
               F32({1, 3, 2}, {0, 3, 1, 4, 2, 5}));
  CHECK(OutputShape("Permute", R"({"dims": [2, 1]})", {kUnknown, kUnknown, 3}) ==
        Shape{kUnknown, 3, kUnknown});
  for (const char* config : {R"({"dims": [0, 1]})", R"({"dims": [1, 3]})", R"({"dims": [1, 1]})"}) {
    ExpectError(Code::kLayer, [&] { TestLayer("Permute", config); });
  }
  ExpectError(Code::kShape, [] { Run("Permute", R"({"dims": [2, 1]})", Counting({1, 2})); });
  ExpectTensor(Run("RepeatVector", R"({"n": 2})", F32({2, 2}, {1, 2, 3, 4})),
               F32({2, 2, 2}, {1, 2, 1, 2, 3, 4, 3, 4}));
  ExpectError(Code::kLayer, [] { TestLayer("RepeatVector", R"({"n": 0})"); });
  ExpectError(Code::kShape, [] { Run("RepeatVector", R"({"n": 2})", Counting({1, 2, 3})); });
}

TEST_CASE("Cropping") {
  ExpectTensor(Run("Cropping1D", "{}", Counting({1, 4, 1})), F32({1, 2, 1}, {1, 2}));
  ExpectTensor(Run("Cropping1D", R"({"cropping": [0, 3]})", Counting({1, 4, 1})),
               F32({1, 1, 1}, {0}));
  const Tensor image = Counting({1, 4, 4, 1});
  ExpectTensor(Run("Cropping2D", R"({"cropping": 1})", image), F32({1, 2, 2, 1}, {5, 6, 9, 10}));
  ExpectTensor(Run("Cropping2D", R"({"cropping": [1, 0]})", image),
               F32({1, 2, 4, 1}, {4, 5, 6, 7, 8, 9, 10, 11}));
  ExpectTensor(Run("Cropping2D", R"({"cropping": [[3, 0], [0, 2]]})", image),
               F32({1, 1, 2, 1}, {12, 13}));
  ExpectTensor(
      Run("Cropping2D", R"({"cropping": [[1, 0], [0, 0]], "data_format": "channels_first"})",
          Counting({1, 2, 2, 1})),
      F32({1, 2, 1, 1}, {1, 3}));
  ExpectTensor(
      Run("Cropping3D", R"({"cropping": [[1, 0], [0, 0], [0, 1]]})", Counting({1, 2, 2, 2, 1})),
      F32({1, 1, 2, 1, 1}, {4, 6}));
  CHECK(OutputShape("Cropping1D", R"({"cropping": [99, 99]})", {kUnknown, kUnknown, 3}) ==
        Shape{kUnknown, kUnknown, 3});
  CHECK(TestLayer("Cropping1D", "{}").config() == R"({"cropping":1})");
  ExpectError(Code::kShape, [&] { Run("Cropping2D", R"({"cropping": 2})", image); });
  for (const char* config : {R"({"cropping": -1})", R"({"cropping": [1, 2, 3]})",
                             R"({"cropping": [[1, 2], [3]]})", R"({"cropping": "1"})",
                             R"({"cropping": [[1, 2], [3, 1e20]]})", R"({"cropping": [1, 1.5]})"}) {
    ExpectError(Code::kLayer, [&] { TestLayer("Cropping2D", config); });
  }
}

TEST_CASE("ZeroPadding") {
  ExpectTensor(Run("ZeroPadding1D", "{}", F32({1, 1, 1}, {5})), F32({1, 3, 1}, {0, 5, 0}));
  ExpectTensor(Run("ZeroPadding1D", R"({"padding": [0, 2]})", F32({1, 1, 1}, {5})),
               F32({1, 3, 1}, {5, 0, 0}));
  ExpectTensor(Run("ZeroPadding2D", R"({"padding": [[1, 0], [0, 2]]})", F32({1, 1, 1, 1}, {5})),
               F32({1, 2, 3, 1}, {0, 0, 0, 5, 0, 0}));
  ExpectTensor(Run("ZeroPadding2D", R"({"padding": [1, 0], "data_format": "channels_first"})",
                   F32({1, 1, 1, 1}, {5})),
               F32({1, 1, 3, 1}, {0, 5, 0}));
  CHECK(OutputShape("ZeroPadding3D", R"({"padding": [1, 2, 3]})", {kUnknown, 1, 1, kUnknown, 2}) ==
        Shape{kUnknown, 3, 5, kUnknown, 2});
  TestLayer("ZeroPadding1D").ExpectLayerGradients({.inputs = {RandomF32({2, 3, 2})}});
  // Keras 2 does not know a data format of ZeroPadding1D.
  CHECK(TestLayer("ZeroPadding1D", "{}", Generation::kKeras2).config() == R"({"padding":1})");
}

TEST_CASE("UpSampling") {
  ExpectTensor(Run("UpSampling1D", "{}", F32({1, 2, 1}, {1, 2})), F32({1, 4, 1}, {1, 1, 2, 2}));
  const Tensor image = F32({1, 1, 2, 1}, {1, 2});
  for (const char* config :
       {R"({"size": [2, 3]})", R"({"size": [2, 3], "interpolation": "area"})"}) {
    ExpectTensor(Run("UpSampling2D", config, image),
                 F32({1, 2, 6, 1}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}));
  }
  ExpectTensor(Run("UpSampling2D", R"({"size": [1, 2], "interpolation": "bilinear",
                                       "data_format": "channels_first"})",
                   F32({1, 1, 1, 2}, {1, 2})),
               F32({1, 1, 1, 4}, {1, 1.25f, 1.75f, 2}));
  ExpectTensor(Run("UpSampling3D", R"({"size": [2, 1, 2]})", F32({1, 1, 1, 2, 1}, {1, 2})),
               F32({1, 2, 1, 4, 1}, {1, 1, 2, 2, 1, 1, 2, 2}));
  ExpectTensor(Run("UpSampling3D", R"({"size": [1, 1, 2], "data_format": "channels_first"})",
                   F32({1, 1, 1, 1, 2}, {1, 2})),
               F32({1, 1, 1, 1, 4}, {1, 1, 2, 2}));
  CHECK(OutputShape("UpSampling2D", "{}", {kUnknown, kUnknown, 3, 2}) ==
        Shape{kUnknown, kUnknown, 6, 2});
  CHECK(ErrorOf([] { TestLayer("UpSampling2D", R"({"interpolation": "sharp"})"); }) ==
        "E_LAYER 'interpolation': expected one of bilinear, nearest, bicubic, area, lanczos3, "
        R"(lanczos5, gaussian, mitchellcubic, got "sharp")");
  for (const char* layer : {"UpSampling1D", "UpSampling2D", "UpSampling3D"}) {
    Shape shape{2, 2};
    while (shape.rank() < layer[10] - '0' + 2) shape.Append(2);
    TestLayer(layer).ExpectLayerGradients({.inputs = {RandomF32(shape)}});
  }
}

}  // namespace
}  // namespace tfwasm
