// SPDX-License-Identifier: Apache-2.0
// NaN and infinity in inputs, weights and biases of every product with every fused activation, at
// sizes for which other code runs: NaN stays NaN, and 0 * infinity is NaN.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "ops/window_reference.h"

namespace tfwasm {

namespace {

// NaN with a sign is what x86 gives for 0 * infinity.
float NegativeNan() { return std::bit_cast<float>(0xffc00000u); }
std::vector<float> NonFinites() { return {kNan, NegativeNan(), kInf, -kInf}; }

struct NamedActivation {
  std::string name;
  float (*apply)(float x);
  TestAttrs attrs = {};
};

float Clamp(float x, float min, float max) { return x < min ? min : x > max ? max : x; }

std::vector<NamedActivation> Activations() {
  return {{"", [](float x) { return x; }},
          {"Relu", [](float x) { return Clamp(x, 0, kInf); }},
          {"Relu6", [](float x) { return Clamp(x, 0, 6); }},
          {"Clamp",
           [](float x) { return Clamp(x, -0.5F, 0.75F); },
           {{"clamp_min", -0.5}, {"clamp_max", 0.75}}},
          {"Elu", [](float x) { return x > 0 ? x : std::expm1(x); }},
          {"LeakyRelu", [](float x) { return x < 0 ? 0.25F * x : x; }, {{"leakyrelu_alpha", 0.25}}},
          {"Prelu", [](float x) { return x < 0 ? 0.5F * x : x; }},
          {"Sigmoid", [](float x) { return 1 / (1 + std::exp(-x)); }},
          {"Tanh", [](float x) { return std::tanh(x); }},
          {"HardSwish", [](float x) { return x * Clamp(x + 3, 0, 6) / 6; }}};
}

// A product without bias and activation.
struct Product {
  std::string op;
  std::string fused_op;
  TestAttrs attrs;
  Tensor input;
  Tensor filter;
  int64_t channels;
  // By definition, from double sums.
  std::function<Tensor(const Tensor& input, const Tensor& filter)> reference;
  std::string description;
};

Tensor WithElement(const Tensor& tensor, int64_t place, float value) {
  const auto old = tensor.values<float>();
  return MakeF32(tensor.shape(),
                 [&](size_t i) { return static_cast<int64_t>(i) == place ? value : old[i]; });
}

// Random numbers, and a zero in every row.
Tensor SomeZeros(TestRandom& random, const Shape& shape) {
  const Tensor floats = random.Floats(shape);
  const auto values = floats.values<float>();
  return MakeF32(shape, [&](size_t i) { return i % 3 == 1 ? 0 : values[i]; });
}

Product MatMulProduct(TestRandom& random, int64_t m, int64_t k, int64_t n, bool transpose_b) {
  Product product{.op = "MatMul", .fused_op = "_FusedMatMul", .channels = n};
  product.attrs = {{"transpose_a", false}, {"transpose_b", transpose_b}};
  product.input = SomeZeros(random, {m, k});
  product.filter = SomeZeros(random, transpose_b ? Shape{n, k} : Shape{k, n});
  product.reference = [=](const Tensor& a, const Tensor& b) {
    return MakeF32({m, n}, [&](size_t at) {
      const auto row = static_cast<int64_t>(at) / n;
      const auto column = static_cast<int64_t>(at) % n;
      double sum = 0;
      for (int64_t i = 0; i < k; ++i) {
        const int64_t place = transpose_b ? column * k + i : i * n + column;
        sum += double{a.values<float>()[static_cast<size_t>(row * k + i)]} *
               double{b.values<float>()[static_cast<size_t>(place)]};
      }
      return sum;
    });
  };
  product.description = StrCat(m, "x", k, " times ", k, "x", n, transpose_b ? " transposed" : "");
  return product;
}

// Depthwise if groups and channels are equal.
Product ConvProduct(TestRandom& random, const WindowCase& c, int64_t groups, int64_t outputs) {
  const bool is_depthwise = groups > 1 && groups == c.channels;
  Product product{.op = is_depthwise ? "DepthwiseConv2dNative" : "Conv2D",
                  .fused_op = is_depthwise ? "FusedDepthwiseConv2dNative" : "_FusedConv2D",
                  .attrs = c.Attrs(),
                  .channels = outputs};
  product.attrs.push_back({"dilations", std::vector<int64_t>{1, c.dilation_y, c.dilation_x, 1}});
  product.input = SomeZeros(random, {c.batch, c.height, c.width, c.channels});
  product.filter =
      SomeZeros(random, is_depthwise ? Shape{c.size_y, c.size_x, c.channels, outputs / c.channels}
                                     : Shape{c.size_y, c.size_x, c.channels / groups, outputs});
  product.reference = [=](const Tensor& input, const Tensor& filter) {
    return ReferenceConv(c, groups, outputs, input, filter);
  };
  product.description = StrCat(c.Show(), ", groups ", groups, ", outputs ", outputs);
  return product;
}

std::vector<Product> Products() {
  TestRandom random(501);
  std::vector<Product> products;
  struct MatrixSize {
    int64_t k, n;
  };
  for (const int64_t m : {1, 2, 5}) {
    for (const auto& [k, n] : {MatrixSize{2, 2}, {5, 1}, {3, 7}, {4, 8}, {9, 19}}) {
      for (const bool transpose_b : {false, true}) {
        products.push_back(MatMulProduct(random, m, k, n, transpose_b));
      }
    }
  }
  struct ConvSize {
    int64_t size, channels, groups, outputs;
    std::string padding = "VALID";
    int64_t stride = 1;
    int64_t dilation = 1;
  };
  for (const ConvSize& s : {ConvSize{1, 3, 1, 2},
                            {1, 4, 1, 9},
                            {1, 5, 1, 16},
                            {2, 3, 1, 3},
                            {2, 3, 1, 11},
                            {3, 2, 1, 8, "VALID", 2},
                            {2, 2, 1, 8, "VALID", 1, 2},
                            {2, 4, 2, 6},
                            {2, 4, 2, 16},
                            {2, 3, 3, 3},
                            {3, 9, 9, 9, "VALID", 2},
                            {2, 3, 3, 6},
                            {2, 2, 2, 18}}) {
    products.push_back(ConvProduct(random,
                                   {.height = 5,
                                    .width = 6,
                                    .channels = s.channels,
                                    .size_y = s.size,
                                    .size_x = s.size,
                                    .stride_y = s.stride,
                                    .stride_x = s.stride,
                                    .dilation_y = s.dilation,
                                    .dilation_x = s.dilation,
                                    .padding = s.padding},
                                   s.groups, s.outputs));
  }
  // A single pixel.
  products.push_back(ConvProduct(random, {.channels = 3}, 1, 9));
  return products;
}

struct Operands {
  Tensor input;
  Tensor filter;
  Tensor bias;
};

void CheckActivation(const Product& product, const Operands& operands,
                     const NamedActivation& activation) {
  INFO(activation.name);
  const Tensor sums = product.reference(operands.input, operands.filter);
  const auto bias = operands.bias.values<float>();
  const Tensor expected = MakeF32(sums.shape(), [&](size_t i) {
    return activation.apply(sums.values<float>()[i] + bias[i % bias.size()]);
  });
  std::vector<std::string> fused = {"BiasAdd"};
  std::vector<Tensor> inputs = {operands.input, operands.filter, operands.bias};
  if (!activation.name.empty()) fused.push_back(activation.name);
  if (activation.name == "Prelu") {
    inputs.push_back(MakeF32({product.channels}, [](size_t) { return 0.5; }));
  }
  TestAttrs attrs = product.attrs;
  attrs.push_back({"fused_ops", fused});
  attrs.insert(attrs.end(), activation.attrs.begin(), activation.attrs.end());
  ExpectTensor(RunOpOnce(product.fused_op, attrs, inputs)[0], expected, 1e-5F);
  ExpectTensor(RunOpLate(product.fused_op, attrs, inputs)[0], expected, 1e-5F);
}

void CheckAll(const Product& product, const Operands& operands) {
  for (const NamedActivation& activation : Activations()) {
    CheckActivation(product, operands, activation);
  }
  ExpectTensor(RunOpLate(product.op, product.attrs, {operands.input, operands.filter})[0],
               product.reference(operands.input, operands.filter), 1e-5F);
}

TEST_CASE("NaN and infinity pass through fused products") {
  TestRandom random(502);
  for (const Product& product : Products()) {
    INFO(product.op, ", ", product.description);
    const Operands plain = {product.input, product.filter, random.Floats({product.channels})};
    for (const float value : NonFinites()) {
      INFO(value);
      for (Tensor Operands::* const operand :
           {&Operands::input, &Operands::filter, &Operands::bias}) {
        const auto last = static_cast<int>((plain.*operand).size()) - 1;
        const std::string place = operand == &Operands::input    ? "input"
                                  : operand == &Operands::filter ? "filter"
                                                                 : "bias";
        INFO("in the ", place);
        Operands operands = plain;
        operands.*operand = WithElement(plain.*operand, random.Int(0, last), value);
        CheckAll(product, operands);
      }
    }
  }
}

TEST_CASE("NaN and infinity in images pass through windows with padding") {
  TestRandom random(503);
  for (const int64_t outputs : {3, 12}) {
    for (const int64_t groups : {1, 3}) {
      const WindowCase c{
          .height = 5, .width = 4, .channels = 3, .size_y = 3, .size_x = 3, .padding = "SAME"};
      const Product product = ConvProduct(random, c, groups, outputs);
      INFO(product.op, ", ", product.description);
      for (const float value : NonFinites()) {
        for (int64_t place = 0; place < product.input.size(); place += 7) {
          Operands operands = {product.input, product.filter, random.Floats({outputs})};
          operands.input = WithElement(operands.input, place, value);
          CheckActivation(product, operands, Activations()[1]);
          CheckActivation(product, operands, Activations()[2]);
        }
      }
    }
  }
}

TEST_CASE("NaN and infinity pass through transposed convolutions") {
  TestRandom random(504);
  for (const int64_t inputs : {3, 4, 9}) {
    for (const int64_t outputs : {1, 2, 8, 11}) {
      // One pixel per window, so each output has one product per input channel.
      const Tensor images = SomeZeros(random, {1, 3, 2, inputs});
      const Tensor filter = SomeZeros(random, {2, 2, outputs, inputs});
      const auto check = [&](const Tensor& x, const Tensor& f) {
        const Tensor expected = MakeF32({1, 6, 4, outputs}, [&](size_t at) {
          const auto i = static_cast<int64_t>(at);
          const int64_t channel = i % outputs;
          const int64_t column = i / outputs % 4;
          const int64_t row = i / outputs / 4;
          double sum = 0;
          for (int64_t k = 0; k < inputs; ++k) {
            const int64_t pixel = row / 2 * 2 + column / 2;
            const int64_t tap = row % 2 * 2 + column % 2;
            sum +=
                double{x.values<float>()[static_cast<size_t>(pixel * inputs + k)]} *
                double{
                    f.values<float>()[static_cast<size_t>((tap * outputs + channel) * inputs + k)]};
          }
          return sum;
        });
        const Tensor size = I32({4}, {1, 6, 4, static_cast<int32_t>(outputs)});
        ExpectOp("Conv2DBackpropInput", {{"strides", {1, 2, 2, 1}}, {"padding", "VALID"}},
                 {size, f, x}, expected);
      };
      for (const float value : NonFinites()) {
        INFO(inputs, " channels to ", outputs, ", ", value);
        const auto last = [](const Tensor& tensor) { return static_cast<int>(tensor.size()) - 1; };
        check(WithElement(images, random.Int(0, last(images)), value), filter);
        check(images, WithElement(filter, random.Int(0, last(filter)), value));
      }
    }
  }
}

TEST_CASE("NaN and infinity pass through elementwise activations") {
  std::vector<NamedActivation> all = Activations();
  all.erase(all.begin());
  all.push_back({"Softplus", [](float x) { return x > 30 ? x : std::log1p(std::exp(x)); }});
  all.push_back({"Selu", [](float x) {
                   return 1.0507009873554805F * (x > 0 ? x : 1.6732632423543772F * std::expm1(x));
                 }});
  TestRandom random(505);
  for (const int64_t size : {1, 3, 4, 8, 17, 33}) {
    for (const float value : NonFinites()) {
      const Tensor x = WithElement(random.Floats({size}, -4, 4),
                                   random.Int(0, static_cast<int>(size) - 1), value);
      const auto values = x.values<float>();
      INFO(size, " elements, ", value);
      for (const NamedActivation& activation : all) {
        INFO(activation.name);
        const Tensor expected =
            MakeF32({size}, [&](size_t i) { return activation.apply(values[i]); });
        TestAttrs attrs = activation.attrs;
        std::vector<Tensor> inputs = {x};
        if (activation.name == "LeakyRelu") attrs = {{"alpha", 0.25}};
        if (activation.name == "Prelu")
          inputs.push_back(MakeF32({size}, [](size_t) { return 0.5; }));
        ExpectOp(activation.name, attrs, inputs, expected);
      }
      const Tensor clamped = MakeF32({size}, [&](size_t i) { return Clamp(values[i], -1, 2); });
      ExpectOp("ClipByValue", {}, {x, F32({}, {-1}), F32({}, {2})}, clamped);
      const auto between =
          RunOp("Maximum", {}, {RunOp("Minimum", {}, {x, F32({}, {2})}), F32({}, {-1})});
      ExpectTensor(between, clamped);
      const Tensor ones = MakeF32({size}, [](size_t) { return 1; });
      ExpectOp("AddRelu", {}, {x, ones},
               MakeF32({size}, [&](size_t i) { return Clamp(values[i] + 1, 0, kInf); }));
    }
  }
}

}  // namespace

}  // namespace tfwasm
