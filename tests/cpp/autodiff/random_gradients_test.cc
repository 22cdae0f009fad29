// SPDX-License-Identifier: Apache-2.0
// Gradients of random compositions of smooth ops: values that are used several times, broadcasts,
// views, constants, and results that do not depend on an input. TFWASM_TEST_GRAPHS sets the number.
#include <doctest/doctest.h>

#include <cstdlib>

#include "autodiff/backward_program.h"
#include "autodiff/gradient_check.h"

namespace tfwasm {
namespace {

// Builds the same composition for the same seed, whatever the values of the inputs.
class RandomComposition {
 public:
  explicit RandomComposition(uint32_t seed) : random_(seed) {}

  Operand Build(const std::vector<Operand>& inputs) {
    values_ = inputs;
    const int count = random_.Int(3, 14);
    for (int i = 0; i < count; ++i) values_.push_back(Bounded(Next()));
    Operand result = SumTo(values_.back(), {});
    for (int i = 0; i < 2; ++i) result = result + SumTo(Any(), {});
    return result;
  }

 private:
  Operand Any() { return values_[static_cast<size_t>(random_.Int(0, Last()))]; }
  int Last() const { return static_cast<int>(values_.size()) - 1; }

  // A value of a shape that broadcasts with that of `x`: part of x, or a constant.
  Operand Partner(Operand x) {
    const Operand other = Any();
    if (other.shape() == x.shape()) return other;
    if (random_.Int(0, 2) == 0) return x.builder().Const(random_.Floats({}, 0.5f, 1));
    if (x.shape().rank() == 0) return other;
    return Sum(x, {random_.Int(0, x.shape().rank() - 1)}, /*keep_dims=*/true);
  }

  Operand Binary(Operand x) {
    constexpr std::string_view kOps[] = {"Add", "Sub", "Mul", "SquaredDifference"};
    const Operand partner = Partner(x);
    const std::string_view op = kOps[random_.Int(0, 3)];
    return random_.Int(0, 1) == 0 ? x.builder().Emit(op, {x, partner})
                                  : x.builder().Emit(op, {partner, x});
  }

  Operand Unary(Operand x) {
    constexpr std::string_view kOps[] = {"Tanh", "Sigmoid", "Square",  "Sin",
                                         "Neg",  "Exp",     "Identity"};
    return x.builder().Emit(kOps[random_.Int(0, 6)], {x});
  }

  Operand Product(Operand x) {
    if (x.shape().rank() != 2) return Unary(x);
    return x.builder().Emit("MatMul", {x, x}, {{"transpose_b", true}});
  }

  Operand Moved(Operand x) {
    const Shape shape = x.shape();
    if (shape.rank() == 0) return BroadcastTo(x, {2, 3});
    std::vector<int> order;
    for (int axis = shape.rank(); axis-- > 0;) order.push_back(axis);
    switch (random_.Int(0, 5)) {
      case 0:
        return Reshape(x, {shape.NumElements()});
      case 1:
        return Transpose(x, order);
      case 2:
        return Sum(x, {random_.Int(0, shape.rank() - 1)}, /*keep_dims=*/random_.Int(0, 1) == 0);
      case 3:
        return x.builder().Emit("ConcatV2", {x, x, x.builder().Const(Tensor::Scalar(int32_t{0}))});
      case 4:
        return x.builder().Emit("ReverseV2", {x, x.builder().Ints(std::vector<int64_t>{0})});
      default:
        return x.builder().Emit("Slice",
                                {x, x.builder().Ints(std::vector<int64_t>(order.size(), 0)),
                                 x.builder().Ints(shape.WithDim(0, (shape[0] + 1) / 2))});
    }
  }

  Operand Next() {
    const Operand x = Any();
    switch (random_.Int(0, 3)) {
      case 0:
        return Binary(x);
      case 1:
        return Unary(x);
      case 2:
        return Product(x);
      default:
        return Moved(x);
    }
  }

  // Keeps values near 0, and tensors small.
  Operand Bounded(Operand x) {
    if (x.shape().NumElements() > 200) x = SumTo(x, {});
    return x.builder().Emit("Tanh", {x * 0.5f});
  }

  TestRandom random_;
  std::vector<Operand> values_;
};

int NumGraphs() {
  const char* count = std::getenv("TFWASM_TEST_GRAPHS");
  return count == nullptr ? 150 : std::atoi(count);
}

TEST_CASE("gradients: random compositions agree with finite differences, compiled or not") {
  BackwardCache cache;
  for (int i = 0; i < NumGraphs(); ++i) {
    const auto seed = static_cast<uint32_t>(i);
    CAPTURE(seed);
    const auto function = [&](const std::vector<Operand>& inputs) {
      return RandomComposition(seed).Build(inputs);
    };
    TestRandom random(seed + 1000);
    const std::vector<Tensor> inputs{random.Floats({2, 3}), random.Floats({3}), random.Floats({})};
    ExpectGradients(function, inputs, {.step = 1e-2, .tolerance = 5e-3});
    const std::vector<Tensor> expected = GradientsOf(function, inputs, Tensor::Scalar(1.0f));
    for (int run = 0; run < 2; ++run) {
      const TracedFunction traced(function, inputs);
      std::vector<Edge> xs;
      for (const Operand& x : traced.operands) xs.push_back(x.edge());
      const auto compiled = cache.Run(traced.trace, traced.result.edge(), xs);
      REQUIRE(compiled.has_value() == (run == 1));
      for (size_t k = 0; compiled && k < inputs.size(); ++k) {
        REQUIRE((*compiled)[k].empty() == expected[k].empty());
        if (!expected[k].empty()) ExpectTensor((*compiled)[k], expected[k], 1e-5f);
      }
    }
  }
}

}  // namespace
}  // namespace tfwasm
