// SPDX-License-Identifier: Apache-2.0
// Optimizers against numbers computed in double by their formulas (numpy).
#include "training/optimizer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "tensor_test.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

const std::vector<std::vector<float>> kGradients = {
    {0.1f, -0.3f, 0.05f}, {-0.2f, 0.4f, 0.0f}, {0.0f, 0.1f, -0.7f}};

struct OptimizerCase {
  std::string_view name;
  std::vector<double> hyperparameters;
  OptimizerOptions options;
  float initial;                          // of the first slot
  std::vector<std::vector<float>> steps;  // the variable after each step
};

const std::vector<OptimizerCase> kCases = {
    {"SGD",
     {0.1},
     {},
     0,
     {{0.49f, -1.17f, 1.995f}, {0.51f, -1.21f, 1.995f}, {0.51f, -1.22f, 2.065f}}},
    {"Momentum",
     {0.1, 0.9, 0.0},
     {},
     0,
     {{0.49f, -1.17f, 1.995f}, {0.501f, -1.183f, 1.9905f}, {0.5109f, -1.2047f, 2.05645f}}},
    {"Momentum",
     {0.1, 0.9, 1.0},
     {},
     0,
     {{0.481f, -1.143f, 1.9905f}, {0.5109f, -1.1947f, 1.98645f}, {0.51981f, -1.22423f, 2.115805f}}},
    {"RMSProp",
     {0.01, 0.9, 0.0, 1e-07},
     {},
     0,
     {{0.468378804f, -1.168377399f, 1.968383546f},
      {0.496949941f, -1.194143611f, 1.968383546f},
      {0.496949941f, -1.200782292f, 1.999941149f}}},
    {"CenteredRMSProp",
     {0.01, 0.9, 0.5, 1e-07},
     {},
     0,
     {{0.466668518f, -1.166666872f, 1.966674072f},
      {0.478933344f, -1.17585734f, 1.950011107f},
      {0.485065757f, -1.187161232f, 1.974731899f}}},
    {"Adam",
     {0.01, 0.9, 0.999, 1e-07},
     {},
     0,
     {{0.490000316f, -1.190000105f, 1.990000632f},
      {0.4936613f, -1.191935197f, 1.983300474f},
      {0.496491251f, -1.194655571f, 1.989303719f}}},
    {"Adam",
     {0.01, 0.9, 0.999, 0.001},
     {},
     0,
     {{0.49009901f, -1.190033223f, 1.990196078f},
      {0.49373704f, -1.191962869f, 1.983679849f},
      {0.496545276f, -1.194674049f, 1.989668348f}}},
    {"AMSGrad",
     {0.01, 0.9, 0.999, 1e-07},
     {},
     0,
     {{0.490000316f, -1.190000105f, 1.990000632f},
      {0.4936613f, -1.191935197f, 1.983303825f},
      {0.496489835f, -1.194655571f, 1.98930707f}}},
    {"Adam",
     {0.01, 0.9, 0.999, 1e-07},
     {.weight_decay = 0.004},
     0,
     {{0.489980316f, -1.189952105f, 1.989920632f},
      {0.4936217f, -1.191839599f, 1.983140877f},
      {0.496431906f, -1.194512299f, 1.989064797f}}},
    {"Adamax",
     {0.01, 0.9, 0.999, 1e-07, 0.0},
     {},
     0,
     {{0.49000001f, -1.190000003f, 1.99000002f},
      {0.492894745f, -1.191710529f, 1.985258446f},
      {0.494723141f, -1.193714378f, 1.988734987f}}},
    {"Nadam",
     {0.01, 0.9, 0.999, 1e-07, 1.0},
     {},
     0,
     {{0.489372133f, -1.189372126f, 1.989372143f},
      {0.498188784f, -1.197114433f, 1.988651017f},
      {0.498610801f, -1.199430139f, 1.999254487f}}},
    {"Adagrad",
     {0.1, 1e-07},
     {},
     0.1f,
     {{0.469848879f, -1.131175298f, 1.984382631f},
      {0.52148864f, -1.198787629f, 1.984382631f},
      {0.52148864f, -1.215454293f, 2.075322396f}}},
    {"Adadelta",
     {1.0, 0.95, 1e-07},
     {},
     0,
     {{0.498585928f, -1.198585802f, 1.998586352f},
      {0.500383668f, -1.200200384f, 1.998586352f},
      {0.500383668f, -1.200717608f, 2.000556275f}}},
    {"Ftrl",
     {0.1, -0.5, 0.01, 0.02, 0.03, 0.1},
     {},
     0.1f,
     {{-0.009830187f, -0.195214904f, -0.019198371f},
      {0.026927481f, -0.251034722f, -0.018926796f},
      {0.026598629f, -0.263099767f, 0.059029511f}}},
    {"Lion",
     {0.01, 0.9, 0.99},
     {},
     0,
     {{0.49f, -1.19f, 1.99f}, {0.5f, -1.2f, 1.98f}, {0.51f, -1.21f, 1.99f}}},
    {"Lamb",
     {0.01, 0.9, 0.999, 1e-07},
     {},
     0,
     {{0.486228046f, -1.186228037f, 1.98622806f},
      {0.497215644f, -1.192035726f, 1.966118135f},
      {0.506496955f, -1.200957593f, 1.985806631f}}},
    {"SGD",
     {0.1},
     {.clip_norm = 0.2},
     0,
     {{0.49375305f, -1.181259149f, 1.996876525f},
      {0.502697321f, -1.199147692f, 1.996876525f},
      {0.502697321f, -1.20197612f, 2.016675515f}}},
    {"SGD",
     {0.1},
     {.clip_value = 0.15},
     0,
     {{0.49f, -1.185f, 1.995f}, {0.505f, -1.2f, 1.995f}, {0.505f, -1.21f, 2.01f}}},
    {"SGD",
     {0.1},
     {.weight_decay = 0.01},
     0,
     {{0.4895f, -1.1688f, 1.993f},
      {0.5090105f, -1.2076312f, 1.991007f},
      {0.50850149f, -1.216423569f, 2.059015993f}}},
};

// hyper[4] of Nadam is the product of its momentum schedule so far.
std::vector<double> HyperparametersAt(const OptimizerCase& row, int step) {
  std::vector<double> hyper = row.hyperparameters;
  for (int t = 1; row.name == "Nadam" && t < step; ++t) {
    hyper[4] *= hyper[1] * (1 - 0.5 * std::pow(0.96, t));
  }
  return hyper;
}

Tensor Zeros(const Shape& shape) {
  return MakeF32(shape, [](size_t) { return 0; });
}

std::vector<Tensor> MakeSlots(const OptimizerDef& optimizer, const Shape& shape, float initial) {
  std::vector<Tensor> slots;
  for (int i = 0; i < optimizer.num_slots; ++i) {
    slots.push_back(MakeF32(shape, [&](size_t) { return i == 0 ? initial : 0; }));
  }
  return slots;
}

// The numbers of an update, with an average of this momentum.
std::vector<double> NumbersOf(double step, const std::vector<double>& hyper, double momentum = 0) {
  std::vector<double> numbers{step, 1, momentum, 0};
  numbers.insert(numbers.end(), hyper.begin(), hyper.end());
  return numbers;
}

void Step(const OptimizerDef& optimizer, const std::vector<double>& numbers,
          const OptimizerOptions& options, Tensor& variable, std::vector<Tensor>& slots,
          const Tensor& gradient) {
  VariableUpdate update{.variable = &variable, .slots = {}, .gradient = &gradient};
  for (Tensor& slot : slots) update.slots.push_back(&slot);
  ApplyOptimizer(optimizer, numbers, options, {&update, 1});
}

TEST_CASE("optimizers: three steps of each") {
  for (const OptimizerCase& row : kCases) {
    INFO(std::string(row.name));
    const OptimizerDef& optimizer = FindOptimizer(row.name);
    Tensor variable = F32({3}, {0.5f, -1.2f, 2});
    std::vector<Tensor> slots = MakeSlots(optimizer, {3}, row.initial);
    for (size_t i = 0; i < row.steps.size(); ++i) {
      const int step = static_cast<int>(i) + 1;
      Step(optimizer, NumbersOf(step, HyperparametersAt(row, step)), row.options, variable, slots,
           F32({3}, kGradients[i]));
      ExpectTensor(variable, F32({3}, row.steps[i]), 2e-6f);
    }
  }
}

const std::vector<std::vector<float>> kMatrixGradients = {{0.1f, -0.3f, 0.05f, 0.2f, 0.1f, -0.1f},
                                                          {-0.2f, 0.4f, 0.1f, 0.05f, -0.3f, 0.2f}};

// A matrix [2, 3] after each step, and the same of its transpose.
void ExpectMatrixSteps(std::string_view name, const std::vector<double>& hyper,
                       const std::vector<std::vector<float>>& expected,
                       const std::function<std::vector<Shape>(const Shape&)>& slots_of) {
  for (const bool is_transposed : {false, true}) {
    INFO(std::string(name), is_transposed ? ", transposed" : "");
    const Shape shape = is_transposed ? Shape{3, 2} : Shape{2, 3};
    const auto matrix = [&](const std::vector<float>& values) {
      if (!is_transposed) return F32(shape, values);
      return MakeF32(shape, [&](size_t i) { return values[i % 2 * 3 + i / 2]; });
    };
    Tensor variable = matrix({0.5f, -1.2f, 2, 1, 0.3f, -0.4f});
    std::vector<Tensor> slots;
    for (const Shape& slot : slots_of(shape)) slots.push_back(Zeros(slot));
    for (size_t i = 0; i < expected.size(); ++i) {
      Step(FindOptimizer(name), NumbersOf(static_cast<double>(i + 1), hyper), {}, variable, slots,
           matrix(kMatrixGradients[i]));
      ExpectTensor(variable, matrix(expected[i]), 2e-5f);
    }
  }
}

TEST_CASE("optimizers: matrices") {
  // Its factors depend on which axis is the last: only one layout has these numbers.
  Tensor variable = F32({2, 3}, {0.5f, -1.2f, 2, 1, 0.3f, -0.4f});
  std::vector<Tensor> slots{Zeros({2}), Zeros({3}), Zeros({2, 3})};
  const std::vector<std::vector<float>> steps = {
      {0.499425414f, -1.19878112f, 1.999425414f, 0.998497996f, 0.299468961f, -0.398497996f},
      {0.500549927f, -1.199895368f, 1.998773975f, 0.998140629f, 0.300531276f, -0.400154199f}};
  for (size_t i = 0; i < steps.size(); ++i) {
    Step(FindOptimizer("Adafactor"),
         NumbersOf(static_cast<double>(i + 1), {0.001, -0.8, 1e-30, 1e-3, 1}), {}, variable, slots,
         F32({2, 3}, kMatrixGradients[i]));
    ExpectTensor(variable, F32({2, 3}, steps[i]), 2e-6f);
  }
  ExpectTensor(slots[0], F32({2}, {0.054747512f, 0.033880105f}), 1e-6f);
  ExpectTensor(slots[1], F32({3}, {0.022846191f, 0.093076188f, 0.017019047f}), 1e-6f);

  ExpectMatrixSteps(
      "Muon", {0.02, 0.004, 0.95, 1, 3.4445, -4.775, 2.0315, 5, 0.2, 1, 0.004, 0.9, 0.999, 1e-7},
      {{0.497805892f, -1.19270785f, 1.998553282f, 0.995891336f, 0.297594756f, -0.397848836f},
       {0.499682156f, -1.195702936f, 1.993024171f, 0.994381527f, 0.300293792f, -0.403493297f}},
      [](const Shape& shape) { return std::vector<Shape>{shape, Shape{0}}; });
}

TEST_CASE("optimizers: Muon updates by AdamW what has a second moment") {
  for (const Shape& shape : {Shape{3}, Shape{1, 3}}) {
    const std::vector<double> hyper{0.02, 9, 9, 1, 9, 9, 9, 5, 0.2, 0.5, 0.004, 0.9, 0.999, 1e-7};
    Tensor variable = F32(shape, {0.5f, -1.2f, 2});
    std::vector<Tensor> slots{Zeros(shape), Zeros(shape)};
    // As Adam above with the rate 0.01 and weight decay 0.004.
    Step(FindOptimizer("Muon"), NumbersOf(1, hyper), {}, variable, slots,
         F32(shape, kGradients[0]));
    ExpectTensor(variable, F32(shape, {0.489980316f, -1.189952105f, 1.989920632f}), 2e-6f);
  }
}

TEST_CASE("optimizers: gradients are accumulated, then clipped") {
  Tensor variable = F32({3}, {0.5f, -1.2f, 2});
  std::vector<Tensor> slots{Zeros({3})};
  const OptimizerDef& sgd = FindOptimizer("SGD");
  OptimizerOptions options{.accumulated_steps = 2};
  std::vector<double> numbers = NumbersOf(1, {0.1});
  numbers[1] = 0;
  Step(sgd, numbers, options, variable, slots, F32({3}, kGradients[0]));
  ExpectTensor(variable, F32({3}, {0.5f, -1.2f, 2}));
  ExpectTensor(slots[0], F32({3}, kGradients[0]));
  numbers[1] = 1;
  options.clip_value = 0.04;
  Step(sgd, numbers, options, variable, slots, F32({3}, kGradients[1]));
  ExpectTensor(variable, F32({3}, {0.504f, -1.204f, 1.9975f}), 1e-6f);
  ExpectTensor(slots[0], Zeros({3}));
}

TEST_CASE("optimizers: averages follow the variables, and replace them") {
  Tensor variable = F32({3}, {0.5f, -1.2f, 2});
  std::vector<Tensor> slots{Zeros({3})};
  const OptimizerDef& sgd = FindOptimizer("SGD");
  const std::vector<std::vector<float>> averages = {
      {0.49f, -1.17f, 1.995f}, {0.4902f, -1.1704f, 1.995f}, {0.490398f, -1.170896f, 1.9957f}};
  std::vector<double> numbers;
  for (size_t i = 0; i < averages.size(); ++i) {
    numbers = NumbersOf(static_cast<double>(i + 1), {0.1}, i == 0 ? 0 : 0.99);
    Step(sgd, numbers, {.has_average = true}, variable, slots, F32({3}, kGradients[i]));
    ExpectTensor(slots[0], F32({3}, averages[i]), 1e-6f);
  }
  ExpectTensor(variable, F32({3}, {0.51f, -1.22f, 2.065f}), 1e-6f);
  numbers[3] = 1;
  Step(sgd, numbers, {.has_average = true}, variable, slots, F32({3}, {0, 0, 0}));
  ExpectTensor(variable, slots[0]);
  // Without an update, too.
  slots = {Zeros({3}), F32({3}, {1, 2, 3})};
  numbers = {1, 0, 1, 1, 0.1};
  Step(sgd, numbers, {.accumulated_steps = 2, .has_average = true}, variable, slots,
       F32({3}, kGradients[0]));
  ExpectTensor(variable, F32({3}, {1, 2, 3}));
}

TEST_CASE("optimizers: the global norm is that of all gradients") {
  Tensor a = F32({2}, {0, 0});
  Tensor b = F32({1, 1}, {0});
  const Tensor da = F32({2}, {3, 4});
  const Tensor db = F32({1, 1}, {12});
  const VariableUpdate updates[] = {{&a, {}, &da}, {&b, {}, &db}};
  ApplyOptimizer(FindOptimizer("SGD"), NumbersOf(1, {1}), {.global_clip_norm = 2}, updates);
  ExpectTensor(a, F32({2}, {-0.46153846f, -0.61538462f}));
  ExpectTensor(b, F32({1, 1}, {-1.84615385f}));
}

TEST_CASE("optimizers: gradients that do not fit change nothing") {
  Tensor variable = F32({2}, {1, 2});
  std::vector<Tensor> none;
  const OptimizerDef& sgd = FindOptimizer("SGD");
  ExpectError(Code::kShape,
              [&] { Step(sgd, NumbersOf(1, {1}), {}, variable, none, F32({3}, {1, 2, 3})); });
  ExpectError(Code::kDType,
              [&] { Step(sgd, NumbersOf(1, {1}), {}, variable, none, I32({2}, {1, 2})); });
  ExpectTensor(variable, F32({2}, {1, 2}));
  ExpectError(Code::kInput, [] { FindOptimizer("NoSuchOptimizer"); });
}

TEST_CASE("tensors: a unique buffer keeps its memory unless it is shared") {
  Tensor tensor = F32({2}, {1, 2});
  const void* const data = tensor.data();
  const std::weak_ptr<Buffer> before = tensor.buffer();
  tensor.MakeUnique();
  CHECK(tensor.data() == data);
  CHECK(before.expired());
  const Tensor other = tensor;
  tensor.MakeUnique();
  CHECK(tensor.data() != data);
  ExpectTensor(tensor, other);
}

}  // namespace
}  // namespace tfwasm
