// SPDX-License-Identifier: Apache-2.0
// Optimizers against numbers computed in double by their formulas (numpy).
#include "training/optimizer.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tensor_test.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

const std::vector<std::vector<float>> kGradients = {
    {0.1f, -0.3f, 0.05f}, {-0.2f, 0.4f, 0.0f}, {0.0f, 0.1f, -0.7f}};

struct OptimizerCase {
  std::string_view name;
  std::vector<double> hyperparameters;
  GradientOptions options;
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
     {.learning_rate = 0.01, .weight_decay = 0.004},
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
     {.learning_rate = 0.1, .weight_decay = 0.01},
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

std::vector<Tensor> MakeSlots(const OptimizerDef& optimizer, const Shape& shape, float initial) {
  std::vector<Tensor> slots;
  for (int i = 0; i < optimizer.num_slots; ++i) {
    slots.push_back(MakeF32(shape, [&](size_t) { return i == 0 ? initial : 0; }));
  }
  return slots;
}

void Step(const OptimizerDef& optimizer, const std::vector<double>& hyper, int step,
          const GradientOptions& options, Tensor& variable, std::vector<Tensor>& slots,
          const Tensor& gradient) {
  VariableUpdate update{.variable = &variable, .slots = {}, .gradient = &gradient};
  for (Tensor& slot : slots) update.slots.push_back(&slot);
  ApplyOptimizer(optimizer, hyper, step, options, {&update, 1});
}

TEST_CASE("optimizers: three steps of each") {
  for (const OptimizerCase& row : kCases) {
    INFO(std::string(row.name));
    const OptimizerDef& optimizer = FindOptimizer(row.name);
    Tensor variable = F32({3}, {0.5f, -1.2f, 2});
    std::vector<Tensor> slots = MakeSlots(optimizer, {3}, row.initial);
    for (size_t i = 0; i < row.steps.size(); ++i) {
      const int step = static_cast<int>(i) + 1;
      Step(optimizer, HyperparametersAt(row, step), step, row.options, variable, slots,
           F32({3}, kGradients[i]));
      ExpectTensor(variable, F32({3}, row.steps[i]), 2e-6f);
    }
  }
}

TEST_CASE("optimizers: the global norm is that of all gradients") {
  Tensor a = F32({2}, {0, 0});
  Tensor b = F32({1, 1}, {0});
  const Tensor da = F32({2}, {3, 4});
  const Tensor db = F32({1, 1}, {12});
  const VariableUpdate updates[] = {{&a, {}, &da}, {&b, {}, &db}};
  ApplyOptimizer(FindOptimizer("SGD"), std::vector<double>{1}, 1, {.global_clip_norm = 2}, updates);
  ExpectTensor(a, F32({2}, {-0.46153846f, -0.61538462f}));
  ExpectTensor(b, F32({1, 1}, {-1.84615385f}));
}

TEST_CASE("optimizers: gradients that do not fit change nothing") {
  Tensor variable = F32({2}, {1, 2});
  std::vector<Tensor> none;
  const OptimizerDef& sgd = FindOptimizer("SGD");
  ExpectError(Code::kShape, [&] { Step(sgd, {1}, 1, {}, variable, none, F32({3}, {1, 2, 3})); });
  ExpectError(Code::kDType, [&] { Step(sgd, {1}, 1, {}, variable, none, I32({2}, {1, 2})); });
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
