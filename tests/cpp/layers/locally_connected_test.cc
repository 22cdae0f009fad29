// SPDX-License-Identifier: Apache-2.0
#include "layers/spatial_testing.h"

namespace tfwasm {
namespace {

// Which input positions output o reads, in one dimension; -1: outside.
std::vector<int64_t> Reached(int64_t out, int64_t in, int64_t size, int64_t stride, bool is_same) {
  const int64_t count = is_same ? (in + stride - 1) / stride : (in - size) / stride + 1;
  const int64_t pad = is_same ? std::max<int64_t>(0, (count - 1) * stride + size - in) / 2 : 0;
  std::vector<int64_t> reached;
  for (int64_t k = 0; k < size; ++k) {
    const int64_t at = out * stride + k - pad;
    reached.push_back(at >= 0 && at < in ? at : -1);
  }
  return reached;
}

// A layer on [1, height, width, 2] images, with 3 filters of height 1 and width 3.
struct Case {
  int rank;  // 1: height is 1
  int implementation;
  bool is_same;
  bool is_last;
};

constexpr int64_t kWidth = 5, kSize = 3, kStride = 2, kChannels = 2, kFilters = 3;

// A weight that depends on what it connects.
float WeightOf(int64_t in, int64_t channel, int64_t out, int64_t filter) {
  return static_cast<float>((in * 7 + channel * 5 + out * 3 + filter * 11) % 13) - 6;
}

// The kernel as Keras 2 stores it, written down by its loops over what is connected.
std::vector<float> KernelOf(const Case& c, int64_t height, int64_t out_width) {
  struct Entry {
    std::vector<int64_t> key;
    float value;
  };
  std::vector<Entry> entries;
  const int64_t outputs = height * out_width;
  const int64_t inputs = height * kWidth;
  std::vector<float> dense(static_cast<size_t>(inputs * kChannels * outputs * kFilters), 0);
  for (int64_t out = 0; out < outputs; ++out) {
    const auto reached = Reached(out % out_width, kWidth, kSize, kStride, c.is_same);
    for (size_t k = 0; k < reached.size(); ++k) {
      if (reached[k] < 0) continue;
      const int64_t in = out / out_width * kWidth + reached[k];
      for (int64_t channel = 0; channel < kChannels; ++channel) {
        for (int64_t filter = 0; filter < kFilters; ++filter) {
          const float value = WeightOf(in, channel, out, filter);
          const auto tap = static_cast<int64_t>(k);
          const int64_t row = c.is_last ? in * kChannels + channel : channel * inputs + in;
          const int64_t column = c.is_last ? out * kFilters + filter : filter * outputs + out;
          if (c.implementation == 1) {
            entries.push_back({c.is_last ? std::vector{out, tap, channel, filter}
                                         : std::vector{out, channel, tap, filter},
                               value});
          } else {
            entries.push_back({{column, row}, value});
          }
          dense[static_cast<size_t>(row * outputs * kFilters + column)] = value;
        }
      }
    }
  }
  if (c.implementation == 2) return dense;
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  std::vector<float> kernel;
  for (const Entry& entry : entries) kernel.push_back(entry.value);
  return kernel;
}

TEST_CASE("LocallyConnected: all implementations and layouts give the same") {
  TestRandom random(9);
  for (int i = 0; i < 20; ++i) {
    const Case c{.rank = i % 2 + 1,
                 .implementation = i / 2 % 3 + 1,
                 .is_same = i / 2 % 3 != 0 && i >= 12,
                 .is_last = i % 4 < 2};
    CAPTURE(c.rank);
    CAPTURE(c.implementation);
    CAPTURE(c.is_same);
    CAPTURE(c.is_last);
    const int64_t height = c.rank == 1 ? 1 : 2;
    const int64_t out_width = c.is_same ? 3 : 2;
    const int64_t outputs = height * out_width;
    const Tensor x = random.Floats({1, 1, height, kWidth, kChannels});
    Tensor y(DType::kFloat32, {1, 1, height, out_width, kFilters});
    for (int64_t at = 0; at < outputs * kFilters; ++at) {
      const int64_t out = at / kFilters;
      double sum = 0;
      for (const int64_t reached : Reached(out % out_width, kWidth, kSize, kStride, c.is_same)) {
        for (int64_t k = 0; k < kChannels && reached >= 0; ++k) {
          const int64_t in = out / out_width * kWidth + reached;
          sum += x.values<float>()[static_cast<size_t>(in * kChannels + k)] *
                 WeightOf(in, k, out, at % kFilters);
        }
      }
      y.mutable_values<float>()[static_cast<size_t>(at)] = static_cast<float>(sum);
    }
    const TestLayer layer(
        StrCat("LocallyConnected", c.rank, "D"),
        StrCat(R"({"filters": 3, "use_bias": false, "kernel_size": )", c.rank == 1 ? "3" : "[1, 3]",
               R"(, "strides": )", c.rank == 1 ? "2" : "[1, 2]", R"(, "implementation": )",
               c.implementation, R"(, "padding": ")", c.is_same ? "same" : "valid",
               R"(", "data_format": ")", c.is_last ? "channels_last" : "channels_first", "\"}"),
        Generation::kKeras2);
    const Tensor input = c.is_last ? ToRank(x, c.rank) : ToRankFirst(x, c.rank);
    const Shape shape = layer.Build({{DType::kFloat32, input.shape()}})[0].tensor.shape;
    const LayerArguments arguments{.inputs = {input},
                                   .weights = {F32(shape, KernelOf(c, height, out_width))}};
    ExpectTensor(layer.Call(arguments).output(),
                 c.is_last ? ToRank(y, c.rank) : ToRankFirst(y, c.rank), 1e-5f);
    if (i < 6) layer.ExpectLayerGradients(arguments);
  }
}

TEST_CASE("LocallyConnected: weights, shapes, bias, refusals") {
  constexpr auto kUnknown = Shape::kUnknownDim;
  const auto shapes = [](std::string_view layer, std::string_view more, const Shape& input) {
    const TestLayer tested(layer, StrCat(R"({"filters": 4, "kernel_size": 3)", more, "}"));
    std::string text;
    for (const LayerWeight& weight : tested.Build({{DType::kFloat32, input}})) {
      text += StrCat(weight.name, weight.tensor.shape);
    }
    return StrCat(text, " ", tested.InferOutputs({{DType::kFloat32, input}})[0].shape);
  };
  CHECK(shapes("LocallyConnected1D", "", {kUnknown, 5, 2}) == "kernel[3,6,4]bias[3,4] [?,3,4]");
  CHECK(shapes("LocallyConnected2D", "", {kUnknown, 5, 4, 2}) ==
        "kernel[6,18,4]bias[3,2,4] [?,3,2,4]");
  CHECK(shapes("LocallyConnected2D", R"(, "implementation": 2, "padding": "same")",
               {kUnknown, 5, 4, 2}) == "kernel[5,4,2,5,4,4]bias[5,4,4] [?,5,4,4]");
  CHECK(shapes("LocallyConnected1D", R"(, "implementation": 2, "data_format": "channels_first")",
               {kUnknown, 2, 5}) == "kernel[2,5,4,3]bias[3,4] [?,4,3]");
  CHECK(shapes("LocallyConnected1D", R"(, "implementation": 3, "padding": "same")",
               {kUnknown, 5, 2}) == "kernel[104]bias[5,4] [?,5,4]");
  const TestLayer layer("LocallyConnected1D", R"({"filters": 2, "kernel_size": 1,
                         "data_format": "channels_first"})");
  // Keras 2 stores the bias by position, and reads it as by filter.
  ExpectTensor(layer
                   .Call({.inputs = {F32({1, 1, 2}, {0, 0})},
                          .weights = {F32({2, 1, 2}, {0, 0, 0, 0}), F32({2, 2}, {1, 2, 3, 4})}})
                   .output(),
               F32({1, 2, 2}, {1, 2, 3, 4}));
  const TestLayer plain("LocallyConnected1D", R"({"filters": 2, "kernel_size": 3})");
  ExpectError(Code::kShape, [&] { plain.Build({{DType::kFloat32, {1, kUnknown, 2}}}); });
  ExpectError(Code::kShape, [&] { plain.Build({{DType::kFloat32, {1, 2, 2, 2}}}); });
  ExpectError(Code::kLimit, [&] { plain.Build({{DType::kFloat32, {1, 1 << 28, 2}}}); });
  for (const char* config : {R"({"filters": 2, "kernel_size": 3, "implementation": 4})",
                             R"({"filters": 2, "kernel_size": 3, "padding": "same"})"}) {
    ExpectError(Code::kLayer, [&] { TestLayer("LocallyConnected1D", config); });
  }
}

}  // namespace
}  // namespace tfwasm
