// SPDX-License-Identifier: Apache-2.0
// The table of gradient tests: one or more rows for each op that has a gradient.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autodiff/gradient_check.h"

namespace tfwasm {

struct GradientCase {
  std::string op;
  GradientFunction function;
  std::vector<Tensor> inputs;
  GradientCheck check = {};
};

inline AttrMap AttrsOf(const TestAttrs& attrs) { return TestNode("", attrs).attrs; }

// Output `output` of one op on these inputs. Integers and booleans become constants, as in a model.
inline GradientCase CaseOf(std::string_view op, const TestAttrs& attrs, std::vector<Tensor> inputs,
                           int output = 0, GradientCheck check = {}) {
  std::vector<Tensor> given = inputs;
  const auto apply = [op = std::string(op), attrs = AttrsOf(attrs), given,
                      output](const std::vector<Operand>& operands) {
    std::vector<Operand> arguments;
    for (size_t i = 0; i < operands.size(); ++i) {
      arguments.push_back(HasGradient(given[i]) ? operands[i]
                                                : operands[i].builder().Const(given[i]));
    }
    return arguments[0].builder().EmitAll(op, arguments, attrs)[static_cast<size_t>(output)];
  };
  return {std::string(op), apply, std::move(inputs), check};
}

using GradientCases = std::vector<GradientCase>;

// A seeded tensor of float32 in [low, high).
inline Tensor Random(const Shape& shape, float low = -1, float high = 1) {
  static uint32_t seed = 0;
  return TestRandom(++seed).Floats(shape, low, high);
}

// Numbers that differ by 0.1 or more from each other, so that maxima are not at a kink.
inline Tensor Distinct(const Shape& shape) {
  Tensor tensor = Random(shape);
  const auto values = tensor.mutable_values<float>();
  std::vector<size_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  for (size_t i = 0; i < order.size(); ++i) {
    values[order[i]] = 0.1f * static_cast<float>(i) - 0.05f * static_cast<float>(order.size());
  }
  return tensor;
}

GradientCases ElementwiseCases();
GradientCases ShapeCases();
GradientCases ReductionCases();
GradientCases MatrixCases();
GradientCases IndexCases();
GradientCases ConvolutionCases();
GradientCases ImageCases();
GradientCases RecurrentCases();

}  // namespace tfwasm
