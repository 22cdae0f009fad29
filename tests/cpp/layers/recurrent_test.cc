// SPDX-License-Identifier: Apache-2.0
// Recurrent layers and cells. The numbers are in golden_recurrent_test.cc; the ops for whole
// sequences have tests of their own.
#include <cmath>

#include "core/str_cat.h"
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

constexpr int64_t kBatch = 2;
constexpr int64_t kSteps = 3;
constexpr int64_t kFeatures = 4;
constexpr int64_t kUnits = 3;

// Values in [-1, 1] that differ with the seed.
Tensor Values(const Shape& shape, int seed) {
  std::vector<float> values;
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    values.push_back(std::sin(static_cast<float>(i * 7 + seed)));
  }
  return F32(shape, values);
}

// Appends a row of a tensor whose rows have this size.
void AppendRow(const Tensor& tensor, int64_t row, int64_t size, std::vector<float>& values) {
  const auto count = static_cast<size_t>(size);
  const auto part = tensor.values<float>().subspan(static_cast<size_t>(row) * count, count);
  values.insert(values.end(), part.begin(), part.end());
}

Tensor Sequence() { return Values({kBatch, kSteps, kFeatures}, 1); }

std::vector<Tensor> WeightsOf(const TestLayer& layer, const Shape& input) {
  std::vector<Tensor> weights;
  for (const LayerWeight& weight : layer.Build({{DType::kFloat32, input}})) {
    weights.push_back(Values(weight.tensor.shape, 10 + static_cast<int>(weights.size())));
  }
  return weights;
}

struct Kind {
  const char* sequence;
  const char* cell;
  const char* options;
  int states;
};

const Kind kKinds[] = {
    {"SimpleRNN", "SimpleRNNCell", "", 1},
    {"LSTM", "LSTMCell", "", 2},
    {"GRU", "GRUCell", R"("reset_after": true, )", 1},
    {"GRU", "GRUCell", R"("reset_after": false, )", 1},
    {"LSTM", "LSTMCell", R"("use_bias": false, )", 2},
    {"GRU", "GRUCell", R"("use_bias": false, "reset_after": true, )", 1},
};

std::string ConfigOf(const Kind& kind, std::string_view more) {
  return StrCat("{", kind.options, R"("units": 3)", more.empty() ? "" : ", ", more, "}");
}

// An object rather than a name, for which there is no op for whole sequences.
constexpr std::string_view kUnrolled = R"("activation": {"class_name": "tanh", "config": {}})";

Tensor SomeMask() { return Bool({kBatch, kSteps}, {0, 1, 0, 1, 1, 0}); }

TEST_CASE("recurrent layers: unrolled steps give the same as the op for sequences") {
  const std::string_view options[] = {
      R"("return_state": true)",
      R"("return_state": true, "return_sequences": true)",
      R"("return_state": true, "return_sequences": true, "go_backwards": true)",
      R"("return_state": true, "return_sequences": true, "zero_output_for_mask": true)",
      R"("return_state": true, "zero_output_for_mask": true)",
      R"("return_state": true, "go_backwards": true)",
  };
  for (const Kind& kind : kKinds) {
    for (const std::string_view option : options) {
      for (const bool is_masked : {false, true}) {
        INFO(std::string(kind.sequence), kind.options, std::string(option), is_masked);
        const TestLayer fused(kind.sequence, ConfigOf(kind, option));
        const TestLayer unrolled(kind.sequence,
                                 ConfigOf(kind, StrCat(option, ", ", std::string(kUnrolled))));
        const Tensor x = Sequence();
        LayerArguments arguments{.inputs = {x}, .weights = WeightsOf(fused, x.shape())};
        for (int i = 0; i < kind.states; ++i) {
          arguments.inputs.push_back(Values({kBatch, kUnits}, 30 + i));
        }
        if (is_masked) arguments.masks = {SomeMask()};
        const LayerResults a = fused.Call(arguments);
        const LayerResults b = unrolled.Call(arguments);
        REQUIRE(a.outputs.size() == static_cast<size_t>(1 + kind.states));
        REQUIRE(b.outputs.size() == a.outputs.size());
        for (size_t i = 0; i < a.outputs.size(); ++i) ExpectTensor(a.output(i), b.output(i), 1e-5f);
        const bool has_sequence = option.find("sequences") != std::string_view::npos;
        CHECK(a.has_mask() == (is_masked && has_sequence));
      }
    }
  }
}

TEST_CASE("recurrent cells: step by step they give what the layer gives") {
  for (const Kind& kind : kKinds) {
    INFO(std::string(kind.cell), kind.options);
    const TestLayer layer(kind.sequence, ConfigOf(kind, R"("return_state": true)"));
    const TestLayer cell(kind.cell, ConfigOf(kind, ""));
    const Tensor x = Sequence();
    const std::vector<Tensor> weights = WeightsOf(layer, x.shape());
    std::vector<Tensor> states(static_cast<size_t>(kind.states),
                               F32({kBatch, kUnits}, std::vector<float>(6, 0.f)));
    for (int64_t t = 0; t < kSteps; ++t) {
      std::vector<float> step;
      for (int64_t n = 0; n < kBatch; ++n) AppendRow(x, n * kSteps + t, kFeatures, step);
      LayerArguments arguments{.inputs = {F32({kBatch, kFeatures}, step)}, .weights = weights};
      arguments.inputs.insert(arguments.inputs.end(), states.begin(), states.end());
      const LayerResults results = cell.Call(arguments);
      states.assign(results.outputs.begin() + 1, results.outputs.end());
    }
    const LayerResults expected = layer.Call({.inputs = {x}, .weights = weights});
    for (size_t i = 0; i < states.size(); ++i)
      ExpectTensor(states[i], expected.output(i + 1), 1e-5f);
  }
}

TEST_CASE("recurrent layers: gradients") {
  for (const Kind& kind : kKinds) {
    for (const std::string_view more :
         {std::string_view(R"("return_sequences": true)"), kUnrolled}) {
      INFO(std::string(kind.sequence), kind.options, std::string(more));
      const TestLayer layer(kind.sequence, ConfigOf(kind, more));
      const Tensor x = Sequence();
      layer.ExpectLayerGradients({.inputs = {x},
                                  .weights = WeightsOf(layer, x.shape()),
                                  .masks = {SomeMask()},
                                  .training = true});
    }
  }
}

TEST_CASE("recurrent layers: time first") {
  for (const Kind& kind : kKinds) {
    const Tensor x = Sequence();
    const TestLayer usual(kind.sequence, ConfigOf(kind, R"("return_sequences": true)"));
    const TestLayer major(kind.sequence,
                          ConfigOf(kind, R"("return_sequences": true, "time_major": true)"));
    const std::vector<Tensor> weights = WeightsOf(usual, x.shape());
    const auto transposed = [](const Tensor& t) {
      const int64_t size = t.shape()[2];
      std::vector<float> values;
      for (int64_t j = 0; j < t.shape()[1]; ++j) {
        for (int64_t i = 0; i < t.shape()[0]; ++i) {
          AppendRow(t, i * t.shape()[1] + j, size, values);
        }
      }
      return F32({t.shape()[1], t.shape()[0], size}, values);
    };
    const Tensor y = usual.Call({.inputs = {x}, .weights = weights}).output();
    ExpectTensor(major.Call({.inputs = {transposed(x)}, .weights = weights}).output(),
                 transposed(y), 1e-6f);
  }
}

TEST_CASE("recurrent layers: dropout in training") {
  const std::string_view config =
      R"({"units": 3, "dropout": 0.5, "recurrent_dropout": 0.5, "recurrent_initializer": "zeros"})";
  for (const char* name : {"LSTM", "GRU", "SimpleRNN", "LSTMCell"}) {
    const TestLayer layer(name, config);
    const bool is_cell = std::string_view(name) == "LSTMCell";
    const Tensor x = is_cell ? Values({kBatch, kFeatures}, 1) : Sequence();
    LayerArguments arguments{
        .inputs = {x}, .weights = WeightsOf(layer, x.shape()), .training = true, .is_random = true};
    if (is_cell) arguments.inputs.resize(3, Values({kBatch, kUnits}, 5));
    const auto values = [&] {
      const Tensor y = layer.Call(arguments).output();
      return std::vector<float>(y.values<float>().begin(), y.values<float>().end());
    };
    bool differs = false;
    for (int i = 0; i < 8 && !differs; ++i) differs = values() != values();
    CHECK(differs);
    arguments.training = false;
    arguments.is_random = false;
    CHECK(values() == values());
  }
}

TEST_CASE("recurrent layers: outputs for unknown dimensions, defaults, refusals") {
  const int64_t unknown = Shape::kUnknownDim;
  const TestLayer lstm("LSTM", R"({"units": 3, "return_sequences": true, "return_state": true})");
  const auto outputs = lstm.InferOutputs({{DType::kFloat32, {unknown, unknown, 4}}});
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[0].shape == Shape{unknown, unknown, 3});
  CHECK(outputs[2].shape == Shape{unknown, 3});
  CHECK(TestLayer("LSTM", R"({"units": 3})", Generation::kKeras2).config().find("hard_sigmoid") !=
        std::string::npos);
  CHECK(TestLayer("GRU", R"({"units": 3})").config().find(R"("reset_after":true)") !=
        std::string::npos);
  CHECK(TestLayer("GRU", R"({"units": 3, "implementation": 2, "seed": 4})", Generation::kKeras2)
            .unknown_keys()
            .empty());
  ExpectError(Code::kLayer, [] { TestLayer("LSTM", R"({"units": 0})"); });
  ExpectError(Code::kLayer, [] { TestLayer("LSTM", R"({"units": 2, "dropout": 2})"); });
  ExpectError(Code::kShape, [&] { lstm.Build({{DType::kFloat32, {2, 4}}}); });
  const Tensor x = Sequence();
  const std::vector<Tensor> weights = WeightsOf(lstm, x.shape());
  const auto call = [&](std::vector<Tensor> inputs) {
    lstm.Call({.inputs = std::move(inputs), .weights = weights});
  };
  ExpectError(Code::kLayer, [&] { call({x, Values({kBatch, kUnits}, 1)}); });
  ExpectError(Code::kShape, [&] { call({x, Values({1, kUnits}, 1), Values({1, kUnits}, 1)}); });
  ExpectError(Code::kShape, [&] { call({F32({2, 0, 4}, {})}); });
}

TEST_CASE("ConvLSTM: sizes of outputs, formats, gradients") {
  const int64_t unknown = Shape::kUnknownDim;
  const TestLayer same("ConvLSTM2D",
                       R"({"filters": 2, "kernel_size": 3, "padding": "same", "strides": 2})");
  CHECK(same.InferOutputs({{DType::kFloat32, {unknown, 4, 5, unknown, 1}}})[0].shape ==
        Shape{unknown, 3, unknown, 2});
  const TestLayer first(
      "ConvLSTM1D",
      R"({"filters": 2, "kernel_size": 2, "return_sequences": true, "return_state": true,
          "data_format": "channels_first"})");
  const TestLayer last(
      "ConvLSTM1D",
      R"({"filters": 2, "kernel_size": 2, "return_sequences": true, "return_state": true})");
  CHECK(first.InferOutputs({{DType::kFloat32, {unknown, 4, 3, 5}}})[0].shape ==
        Shape{unknown, 4, 2, 4});
  // With one channel and one filter, the formats differ in shapes only.
  const TestLayer one("ConvLSTM1D",
                      R"({"filters": 1, "kernel_size": 2, "return_sequences": true})");
  const TestLayer other("ConvLSTM1D", R"({"filters": 1, "kernel_size": 2, "return_sequences": true,
                                          "data_format": "channels_first"})");
  const std::vector<Tensor> weights = WeightsOf(one, {1, 2, 4, 1});
  const Tensor y = one.Call({.inputs = {Values({1, 2, 4, 1}, 1)}, .weights = weights}).output();
  const Tensor z = other.Call({.inputs = {Values({1, 2, 1, 4}, 1)}, .weights = weights}).output();
  CHECK(z.shape() == Shape{1, 2, 1, 3});
  CHECK(std::equal(y.values<float>().begin(), y.values<float>().end(), z.values<float>().begin()));
  const Tensor x = Values({1, 2, 4, 2}, 1);
  last.ExpectLayerGradients({.inputs = {x}, .weights = WeightsOf(last, x.shape())});
  const TestLayer volume("ConvLSTM3D", R"({"filters": 1, "kernel_size": 2, "padding": "same"})");
  const Tensor v = Values({1, 2, 2, 3, 2, 1}, 1);
  CHECK(volume.Call({.inputs = {v}, .weights = WeightsOf(volume, v.shape())}).output().shape() ==
        Shape{1, 2, 3, 2, 1});
  const TestLayer cell("ConvLSTM2DCell", R"({"filters": 2, "kernel_size": 2, "padding": "same"})");
  const auto states = cell.InferOutputs({{DType::kFloat32, {unknown, 4, 4, 1}}});
  REQUIRE(states.size() == 3);
  CHECK(states[1].shape == Shape{unknown, 4, 4, 2});
}

}  // namespace
}  // namespace tfwasm
