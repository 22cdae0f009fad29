// SPDX-License-Identifier: Apache-2.0
// Optimizers with a learning rate for each element: Adagrad (Duchi et al., 2011), Adadelta (Zeiler,
// 2012), RMSProp (Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012) and FTRL
// (McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013).
#include <cmath>

#include "training/optimizer.h"

namespace tfwasm {

namespace {

void UpdateAdagrad(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto epsilon = static_cast<float>(hyper[1]);
  float* const sums = range.slots[0];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    sums[i] += gradient * gradient;
    range.variable[i] -= rate * gradient / std::sqrt(sums[i] + epsilon);
  }
}

void UpdateAdadelta(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto rho = static_cast<float>(hyper[1]);
  const auto rest = static_cast<float>(1 - hyper[1]);
  const auto epsilon = static_cast<float>(hyper[2]);
  float* const squares = range.slots[0];
  float* const deltas = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float square = rho * squares[i] + rest * gradient * gradient;
    const float delta = std::sqrt(deltas[i] + epsilon) / std::sqrt(square + epsilon) * gradient;
    squares[i] = square;
    deltas[i] = rho * deltas[i] + rest * delta * delta;
    range.variable[i] -= rate * delta;
  }
}

// Slots: the mean of squares, the momentum, and if centered the mean of gradients.
template <bool kCentered>
void UpdateRmsprop(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto decay = static_cast<float>(hyper[1]);
  const auto rest = static_cast<float>(1 - hyper[1]);
  const auto momentum = static_cast<float>(hyper[2]);
  const auto epsilon = static_cast<float>(hyper[3]);
  float* const squares = range.slots[0];
  float* const moments = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float square = decay * squares[i] + rest * gradient * gradient;
    squares[i] = square;
    float spread = square + epsilon;
    if (kCentered) {
      float& mean = range.slots[2][i];
      mean = decay * mean + rest * gradient;
      spread -= mean * mean;
    }
    moments[i] = momentum * moments[i] + rate * gradient / std::sqrt(spread);
    range.variable[i] -= moments[i];
  }
}

// hyper: learning rate, power, l1, l2, l2 shrinkage, beta. Slots: the sum of squares, and z.
void UpdateFtrl(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto power = static_cast<float>(-hyper[1]);
  const auto l1 = static_cast<float>(hyper[2]);
  const auto l2 = static_cast<float>(hyper[3] + hyper[5] / (2 * hyper[0]));
  const auto shrinkage = static_cast<float>(2 * hyper[4]);
  float* const sums = range.slots[0];
  float* const linear = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float shrunk = gradient + shrinkage * range.variable[i];
    const float sum = sums[i] + gradient * gradient;
    const float root = std::pow(sum, power);
    linear[i] += shrunk - (root - std::pow(sums[i], power)) / rate * range.variable[i];
    const float z = linear[i];
    const float clipped = z > l1 ? l1 : z < -l1 ? -l1 : z;
    range.variable[i] = (clipped - z) / (root / rate + 2 * l2);
    sums[i] = sum;
  }
}

}  // namespace

// learning rate, epsilon
TFWASM_OPTIMIZER kAdagrad{
    .name = "Adagrad", .num_slots = 1, .num_hyperparameters = 2, .update = UpdateAdagrad};
// learning rate, rho, epsilon
TFWASM_OPTIMIZER kAdadelta{
    .name = "Adadelta", .num_slots = 2, .num_hyperparameters = 3, .update = UpdateAdadelta};
// learning rate, decay, momentum, epsilon
TFWASM_OPTIMIZER kRmsprop{
    .name = "RMSProp", .num_slots = 2, .num_hyperparameters = 4, .update = UpdateRmsprop<false>};
TFWASM_OPTIMIZER kCenteredRmsprop{.name = "CenteredRMSProp",
                                  .num_slots = 3,
                                  .num_hyperparameters = 4,
                                  .update = UpdateRmsprop<true>};
TFWASM_OPTIMIZER kFtrl{
    .name = "Ftrl", .num_slots = 2, .num_hyperparameters = 6, .update = UpdateFtrl};

}  // namespace tfwasm
