// SPDX-License-Identifier: Apache-2.0
// Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.
#include "training/optimizer.h"

namespace tfwasm {

namespace {

void UpdateLion(std::span<const double> hyper, double, const UpdateRange& range) {
  const auto rate = static_cast<float>(hyper[0]);
  const auto beta1 = static_cast<float>(hyper[1]);
  const auto beta2 = static_cast<float>(hyper[2]);
  const auto rest1 = static_cast<float>(1 - hyper[1]);
  const auto rest2 = static_cast<float>(1 - hyper[2]);
  float* const means = range.slots[0];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float direction = beta1 * means[i] + rest1 * gradient;
    const float sign = direction > 0 ? 1.0f : direction < 0 ? -1.0f : direction;
    range.variable[i] -= rate * sign;
    means[i] = beta2 * means[i] + rest2 * gradient;
  }
}

}  // namespace

// learning rate, beta1, beta2
TFWASM_OPTIMIZER kLion{
    .name = "Lion", .num_slots = 1, .num_hyperparameters = 3, .update = UpdateLion};

}  // namespace tfwasm
