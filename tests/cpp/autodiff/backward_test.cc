// SPDX-License-Identifier: Apache-2.0
// The backward pass: which paths it takes, gradients of gradients, errors, and compiled passes.
#include "autodiff/backward.h"

#include <doctest/doctest.h>

#include "autodiff/backward_program.h"
#include "autodiff/trace.h"
#include "ops/op_test.h"

namespace tfwasm {
namespace {

Operand Leaf(Trace& trace, Trace::TensorId id, const Tensor& tensor) {
  return trace.OperandOf({id, &tensor});
}

std::vector<Tensor> GradientsOf(Trace& trace, Operand y, const std::vector<Operand>& xs) {
  Backward backward(trace, trace.graph(), {{y, {}}}, xs);
  backward.Run();
  std::vector<Tensor> gradients;
  for (size_t i = 0; i < xs.size(); ++i) {
    const Operand gradient = backward.GradientOf(i);
    gradients.push_back(gradient.empty() ? Tensor() : trace.tensor(gradient.edge()));
  }
  return gradients;
}

TEST_CASE("backward: sums the contributions of all uses") {
  Trace trace;
  const Operand x = Leaf(trace, 1, F32({2}, {2, 3}));
  // x^2 + 3 x + x x x: three paths, one of them through a shared product.
  const Operand square = x * x;
  const Operand y = square + 3.0f * x + square * x;
  ExpectTensor(GradientsOf(trace, y, {x})[0], F32({2}, {2 * 2 + 3 + 3 * 4, 2 * 3 + 3 + 3 * 9}));
}

TEST_CASE("backward: stops at integers, StopGradient and what does not depend on x") {
  Trace trace;
  const Operand x = Leaf(trace, 1, F32({2}, {2, 3}));
  const Operand other = Leaf(trace, 2, F32({2}, {5, 7}));
  const Operand stopped = trace.Emit("StopGradient", {x});
  const Operand rounded = Cast(Cast(x, DType::kInt32), DType::kFloat32);
  ExpectTensor(GradientsOf(trace, stopped * x + rounded, {x})[0], F32({2}, {2, 3}));
  CHECK(GradientsOf(trace, stopped + rounded, {x})[0].empty());
  CHECK(GradientsOf(trace, x * 2.0f, {other})[0].empty());
}

TEST_CASE("backward: gradients of gradients") {
  Trace trace;
  const Operand x = Leaf(trace, 1, F32({2}, {2, 3}));
  const Operand y = x * x * x;
  Backward first(trace, trace.graph(), {{y, {}}}, {x});
  first.Run();
  const Operand dx = first.GradientOf(0);
  ExpectTensor(trace.tensor(dx.edge()), F32({2}, {12, 27}));
  ExpectTensor(GradientsOf(trace, dx, {x})[0], F32({2}, {12, 18}));
}

TEST_CASE("backward: names ops without a rule, and the path") {
  Trace trace;
  const Operand x = Leaf(trace, 1, F32({1, 2, 2, 1}, {1, 2, 3, 4}));
  const Operand turned =
      trace.Emit("ImageProjectiveTransformV3",
                 {x, trace.Const(F32({1, 8}, {1, 0, 0, 0, 1, 0, 0, 0})),
                  trace.Ints(std::vector<int64_t>{2, 2}), trace.Const(F32({}, {0}))},
                 {{"interpolation", std::string_view("NEAREST")}});
  const std::string error = ErrorOf([&] { GradientsOf(trace, turned * 2.0f, {x}); });
  CHECK(error.starts_with("E_OP "));
  CHECK(error.find("ImageProjectiveTransformV3 -> Mul") != std::string::npos);
}

// Records y = sum(relu(x w) ^ 2) as if it had been called eagerly.
struct Recorded {
  Recorded(const Tensor& x, const Tensor& w) {
    input = Leaf(trace, 1, x);
    weights = Leaf(trace, 2, w);
    const Operand hidden = trace.Emit("Relu", {trace.Emit("MatMul", {input, weights})});
    y = Sum(hidden * hidden, {0, 1}, /*keep_dims=*/false);
  }

  Trace trace;
  Operand input;
  Operand weights;
  Operand y;
};

TEST_CASE("backward: a structure that comes again is compiled and gives the same gradients") {
  BackwardCache cache;
  for (uint32_t run = 0; run < 4; ++run) {
    CAPTURE(run);
    Recorded recorded(RandomF32({3, 4}, 2 * run + 1), RandomF32({4, 2}, 2 * run + 2));
    const std::vector<Edge> xs{recorded.weights.edge(), recorded.input.edge()};
    const auto compiled = cache.Run(recorded.trace, recorded.y.edge(), xs);
    CHECK(compiled.has_value() == (run > 0));
    if (!compiled) continue;
    const std::vector<Tensor> expected =
        GradientsOf(recorded.trace, recorded.y, {recorded.weights, recorded.input});
    for (size_t i = 0; i < 2; ++i) ExpectTensor((*compiled)[i], expected[i], 1e-5f);
  }
  // Another shape is another structure.
  Recorded other(RandomF32({5, 4}), RandomF32({4, 2}));
  CHECK_FALSE(cache.Run(other.trace, other.y.edge(), {other.weights.edge()}).has_value());
}

}  // namespace
}  // namespace tfwasm
