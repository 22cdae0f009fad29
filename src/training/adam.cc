// SPDX-License-Identifier: Apache-2.0
// Adam and its kin. Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015. AMSGrad:
// Reddi et al., "On the Convergence of Adam and Beyond", 2018. Nadam: Dozat, "Incorporating
// Nesterov Momentum into Adam", 2016.
#include <cmath>

#include "training/optimizer.h"

namespace tfwasm {

namespace {

// 1 - beta^step, in double, since it is close to 0 at first.
float Correction(double beta, double step) { return static_cast<float>(1 - std::pow(beta, step)); }

struct Betas {
  explicit Betas(std::span<const double> hyper)
      : rate(static_cast<float>(hyper[0])),
        beta1(static_cast<float>(hyper[1])),
        beta2(static_cast<float>(hyper[2])),
        // 1 - beta in double: 1 - 0.999f is off by 1e-5.
        rest1(static_cast<float>(1 - hyper[1])),
        rest2(static_cast<float>(1 - hyper[2])),
        epsilon(static_cast<float>(hyper[3])) {}

  float rate, beta1, beta2, rest1, rest2, epsilon;
};

// epsilon is added after the bias correction, as in the paper and in TensorFlow.js.
template <bool kAmsgrad>
void UpdateAdam(std::span<const double> hyper, double step, const UpdateRange& range) {
  const Betas b(hyper);
  const float rate = b.rate / Correction(hyper[1], step);
  const float scale2 = 1.0f / Correction(hyper[2], step);
  float* const means = range.slots[0];
  float* const squares = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float mean = b.beta1 * means[i] + b.rest1 * gradient;
    float square = b.beta2 * squares[i] + b.rest2 * gradient * gradient;
    means[i] = mean;
    squares[i] = square;
    if (kAmsgrad) {
      float& largest = range.slots[2][i];
      largest = square > largest ? square : largest;
      square = largest;
    }
    range.variable[i] -= rate * mean / (std::sqrt(square * scale2) + b.epsilon);
  }
}

void UpdateAdamax(std::span<const double> hyper, double step, const UpdateRange& range) {
  const Betas b(hyper);
  const float rate =
      static_cast<float>(hyper[0] / (1 + hyper[4] * (step - 1))) / Correction(hyper[1], step);
  float* const means = range.slots[0];
  float* const norms = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float mean = b.beta1 * means[i] + b.rest1 * gradient;
    const float decayed = b.beta2 * norms[i];
    const float size = std::abs(gradient);
    const float norm = decayed > size ? decayed : size;
    means[i] = mean;
    norms[i] = norm;
    range.variable[i] -= rate * mean / (norm + b.epsilon);
  }
}

// hyper[4]: the product of the momentum schedule up to the step before.
void UpdateNadam(std::span<const double> hyper, double step, const UpdateRange& range) {
  const Betas b(hyper);
  const auto schedule = [&](double t) { return hyper[1] * (1 - 0.5 * std::pow(0.96, t)); };
  const double now = schedule(step);
  const double next = schedule(step + 1);
  const double product = hyper[4] * now;
  const auto of_mean = static_cast<float>(next / (1 - product * next));
  const auto of_gradient = static_cast<float>((1 - now) / (1 - product));
  const float scale2 = 1.0f / Correction(hyper[2], step);
  float* const means = range.slots[0];
  float* const squares = range.slots[1];
  for (int64_t i = 0; i < range.size; ++i) {
    const float gradient = range.gradient[i];
    const float mean = b.beta1 * means[i] + b.rest1 * gradient;
    const float square = b.beta2 * squares[i] + b.rest2 * gradient * gradient;
    means[i] = mean;
    squares[i] = square;
    range.variable[i] -= b.rate * (of_mean * mean + of_gradient * gradient) /
                         (std::sqrt(square * scale2) + b.epsilon);
  }
}

}  // namespace

// learning rate, beta1, beta2, epsilon
TFWASM_OPTIMIZER kAdam{
    .name = "Adam", .num_slots = 2, .num_hyperparameters = 4, .update = UpdateAdam<false>};
TFWASM_OPTIMIZER kAmsgrad{
    .name = "AMSGrad", .num_slots = 3, .num_hyperparameters = 4, .update = UpdateAdam<true>};
// and decay
TFWASM_OPTIMIZER kAdamax{
    .name = "Adamax", .num_slots = 2, .num_hyperparameters = 5, .update = UpdateAdamax};
// and the product
TFWASM_OPTIMIZER kNadam{
    .name = "Nadam", .num_slots = 2, .num_hyperparameters = 5, .update = UpdateNadam};

}  // namespace tfwasm
