// SPDX-License-Identifier: Apache-2.0
// The activations of recurrent cells in float64, by their definitions.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace tfwasm {

struct ReferenceActivation {
  std::string_view name;
  double (*value)(double x);
  // Where the function has no derivative, or no second one.
  std::vector<double> kinks = {};
};

inline double ReferenceSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double ReferenceSoftplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

inline const std::vector<ReferenceActivation>& ReferenceActivations() {
  static const std::vector<ReferenceActivation> activations = {
      {"linear", [](double x) { return x; }},
      {"tanh", [](double x) { return std::tanh(x); }},
      {"sigmoid", ReferenceSigmoid},
      {"hard_sigmoid", [](double x) { return std::clamp((x + 3) / 6, 0.0, 1.0); }, {-3, 3}},
      {"hard_sigmoid_keras2",
       [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); },
       {-2.5, 2.5}},
      {"hard_tanh", [](double x) { return std::clamp(x, -1.0, 1.0); }, {-1, 1}},
      {"relu", [](double x) { return std::max(x, 0.0); }, {0}},
      {"relu6", [](double x) { return std::clamp(x, 0.0, 6.0); }, {0, 6}},
      {"leaky_relu", [](double x) { return x < 0 ? 0.2 * x : x; }, {0}},
      {"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }, {0}},
      {"selu",
       [](double x) {
         return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
       },
       {0}},
      {"exponential", [](double x) { return std::exp(x); }},
      {"softplus", ReferenceSoftplus},
      {"log_sigmoid", [](double x) { return -ReferenceSoftplus(-x); }},
      {"softsign", [](double x) { return x / (1 + std::abs(x)); }, {0}},
      {"silu", [](double x) { return x * ReferenceSigmoid(x); }},
      {"swish", [](double x) { return x * ReferenceSigmoid(x); }},
      {"hard_silu", [](double x) { return x * std::clamp((x + 3) / 6, 0.0, 1.0); }, {-3, 3}},
      {"hard_swish", [](double x) { return x * std::clamp((x + 3) / 6, 0.0, 1.0); }, {-3, 3}},
      {"mish", [](double x) { return x * std::tanh(ReferenceSoftplus(x)); }},
      {"gelu", [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
      {"gelu_new",
       [](double x) {
         return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
       }},
  };
  return activations;
}

inline const ReferenceActivation& FindReferenceActivation(std::string_view name) {
  const auto& all = ReferenceActivations();
  return *std::find_if(all.begin(), all.end(),
                       [&](const ReferenceActivation& known) { return known.name == name; });
}

}  // namespace tfwasm
