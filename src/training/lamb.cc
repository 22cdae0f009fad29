// SPDX-License-Identifier: Apache-2.0
// You et al., "Large Batch Optimization for Deep Learning", 2020.
#include <cmath>

#include "training/optimizer.h"
#include "training/sums.h"

namespace tfwasm {

namespace {

// learning rate, beta1, beta2, epsilon
void UpdateLamb(std::span<const double> hyper, double step, const WholeUpdate& update) {
  const UpdateRange& all = update.all;
  const auto beta1 = static_cast<float>(hyper[1]);
  const auto beta2 = static_cast<float>(hyper[2]);
  const auto rest1 = static_cast<float>(1 - hyper[1]);
  const auto rest2 = static_cast<float>(1 - hyper[2]);
  const auto epsilon = static_cast<float>(hyper[3]);
  const auto scale1 = static_cast<float>(1 / (1 - std::pow(hyper[1], step)));
  const auto scale2 = static_cast<float>(1 / (1 - std::pow(hyper[2], step)));
  float* const means = all.slots[0];
  float* const squares = all.slots[1];
  const auto change = [&](int64_t i) {
    return means[i] * scale1 / (std::sqrt(squares[i] * scale2) + epsilon);
  };
  const double changes = SumOf(all.size, [&](int64_t i) {
    const float gradient = all.gradient[i];
    means[i] = beta1 * means[i] + rest1 * gradient;
    squares[i] = beta2 * squares[i] + rest2 * gradient * gradient;
    return change(i) * change(i);
  });
  const double values =
      SumOf(all.size, [&](int64_t i) { return all.variable[i] * all.variable[i]; });
  const double ratio = values > 0 && changes > 0 ? std::sqrt(values / changes) : 1;
  const auto rate = static_cast<float>(hyper[0] * ratio);
  ForEachElement(all.size, [&](int64_t i) { all.variable[i] -= rate * change(i); });
}

}  // namespace

TFWASM_OPTIMIZER kLamb{
    .name = "Lamb", .num_slots = 2, .num_hyperparameters = 4, .update_whole = UpdateLamb};

}  // namespace tfwasm
