// SPDX-License-Identifier: Apache-2.0
// Checks gradients by finite differences.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "autodiff/backward.h"
#include "autodiff/trace.h"
#include "ops/op_test.h"

namespace tfwasm {

// Applies ops to operands and returns a result. Called with the operands of a Trace.
using GradientFunction = std::function<Operand(const std::vector<Operand>&)>;

struct GradientCheck {
  // For the step of the difference quotient, relative to the largest change of an element.
  double step = 1e-2;
  double tolerance = 2e-3;
};

inline bool HasGradient(const Tensor& tensor) {
  return tensor.dtype() == DType::kFloat32 || tensor.dtype() == DType::kComplex64;
}

// The elements as pairs of real numbers for complex64.
inline std::vector<double> Numbers(const Tensor& tensor) {
  const auto* data = static_cast<const float*>(tensor.data());
  return {data, data + tensor.bytes() / sizeof(float)};
}

inline Tensor FromNumbers(const Tensor& like, const std::vector<double>& numbers) {
  Tensor tensor(like.dtype(), like.shape());
  auto* data = static_cast<float*>(tensor.mutable_data());
  for (size_t i = 0; i < numbers.size(); ++i) data[i] = static_cast<float>(numbers[i]);
  return tensor;
}

struct TracedFunction {
  explicit TracedFunction(const GradientFunction& function, const std::vector<Tensor>& inputs) {
    Trace::TensorId id = 1;
    for (const Tensor& input : inputs) operands.push_back(trace.OperandOf({id++, &input}));
    result = function(operands);
  }

  const Tensor& value() const { return trace.tensor(result.edge()); }

  Trace trace;
  std::vector<Operand> operands;
  Operand result;
};

inline double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// The weights of the result's elements in the loss L = sum(weights * result).
inline Tensor RandomWeights(const Tensor& like, TestRandom& random) {
  std::vector<double> weights(Numbers(like).size());
  for (double& weight : weights) weight = random.Float(-1, 1);
  return FromNumbers(like, weights);
}

// The gradients of L in the inputs; empty tensors where there is none.
inline std::vector<Tensor> GradientsOf(const GradientFunction& function,
                                       const std::vector<Tensor>& inputs, const Tensor& weights) {
  TracedFunction traced(function, inputs);
  std::vector<Operand> xs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (HasGradient(inputs[i])) xs.push_back(traced.operands[i]);
  }
  Backward backward(traced.trace, traced.trace.graph(),
                    {{traced.result, traced.trace.Const(weights)}}, xs);
  backward.Run();
  std::vector<Tensor> gradients(inputs.size());
  size_t x = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!HasGradient(inputs[i])) continue;
    const Operand gradient = backward.GradientOf(x++);
    if (!gradient.empty()) gradients[i] = traced.trace.tensor(gradient.edge());
  }
  return gradients;
}

inline double LossOf(const GradientFunction& function, const std::vector<Tensor>& inputs,
                     const Tensor& weights) {
  return Dot(Numbers(TracedFunction(function, inputs).value()), Numbers(weights));
}

// For each input of float32 or complex64: compares dL/d(input) in a random direction with the
// difference quotient of L.
inline void ExpectGradients(const GradientFunction& function, const std::vector<Tensor>& inputs,
                            const GradientCheck& check = {}) {
  TestRandom random(17);
  const Tensor weights = RandomWeights(TracedFunction(function, inputs).value(), random);
  const std::vector<Tensor> gradients = GradientsOf(function, inputs, weights);
  for (size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    if (!HasGradient(inputs[i])) continue;
    const Tensor direction = RandomWeights(inputs[i], random);
    const std::vector<double> steps = Numbers(direction);
    const auto moved = [&](double by) {
      std::vector<double> numbers = Numbers(inputs[i]);
      for (size_t k = 0; k < numbers.size(); ++k) numbers[k] += by * steps[k];
      std::vector<Tensor> all = inputs;
      all[i] = FromNumbers(inputs[i], numbers);
      return LossOf(function, all, weights);
    };
    const double h = check.step;
    // Of fourth order.
    const double expected =
        (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
    REQUIRE((gradients[i].empty() || gradients[i].shape() == inputs[i].shape()));
    REQUIRE((gradients[i].empty() || gradients[i].dtype() == inputs[i].dtype()));
    const double actual = gradients[i].empty() ? 0 : Dot(Numbers(gradients[i]), steps);
    INFO("expected ", expected, ", got ", actual);
    CHECK(std::abs(actual - expected) <= check.tolerance * std::max(1.0, std::abs(expected)));
  }
}

}  // namespace tfwasm
