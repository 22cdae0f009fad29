// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent, with and without momentum.
#include "training/optimizer.h"

namespace tfwasm {

namespace {

void UpdateSgd(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  for (int64_t i = 0; i < range.size; ++i) range.variable[i] -= rate * range.gradient[i];
}

// The slot is the sum of decaying gradients, without the learning rate, as in TensorFlow.js.
void UpdateMomentum(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto momentum = static_cast<float>(hyper[1]);
  const bool is_nesterov = hyper[2] != 0;
  float* const sums = range.slots[0];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float sum = momentum * sums[i] + gradient;
    sums[i] = sum;
    range.variable[i] -= rate * (is_nesterov ? gradient + momentum * sum : sum);
  }
}

}  // namespace

// learning rate
TFWASM_OPTIMIZER kSgd{.name = "SGD", .num_hyperparameters = 1, .update = UpdateSgd};
// learning rate, momentum, whether Nesterov
TFWASM_OPTIMIZER kMomentum{
    .name = "Momentum", .num_slots = 1, .num_hyperparameters = 3, .update = UpdateMomentum};

}  // namespace tfwasm
