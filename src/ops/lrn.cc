// SPDX-License-Identifier: Apache-2.0
#include "kernels/lrn.h"

#include <cmath>

#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

float FiniteFloat(const AttrMap& attrs, std::string_view name, float fallback) {
  const float value = attrs.Float(name, fallback);
  if (!std::isfinite(value)) Throw(Code::kAttr, "'", name, "' must be finite, got ", value);
  return value;
}

LrnSpec ReadLrn(const AttrMap& attrs) {
  LrnSpec spec;
  spec.radius = attrs.Int("depth_radius", spec.radius);
  if (spec.radius < 0) {
    Throw(Code::kAttr, "'depth_radius' must not be negative, got ", spec.radius);
  }
  spec.bias = FiniteFloat(attrs, "bias", spec.bias);
  spec.alpha = FiniteFloat(attrs, "alpha", spec.alpha);
  spec.beta = FiniteFloat(attrs, "beta", spec.beta);
  return spec;
}

void InferLrn(InferContext& context) {
  context.ExpectDType(0, DType::kFloat32, "the input");
  context.ExpectRank(0, 4, "the input");
  ReadLrn(context.attrs());
  InferLikeInput(context);
}

std::unique_ptr<Kernel> PrepareLrn(const KernelContext& context) {
  return MakeKernel(
      [spec = ReadLrn(context.attrs()), split = AxisSplit(context.shape(0), 3)](RunContext& run) {
        Lrn(spec, split.outer, split.size, run.in<float>(0), run.out<float>(0));
      });
}

TFWASM_OP kLrnOp{.name = "LRN", .infer = InferLrn, .kernel = PrepareLrn};

}  // namespace

// With n = bias + alpha * sum of x^2 over the neighbours: y = x n^-beta, and
// dx = dy n^-beta - 2 alpha beta x * sum of (dy x n^(-beta-1)) over the neighbours.
TFWASM_GRADIENT kLrnGradient{
    "LRN", [](GradientContext& c) {
      Builder& builder = c.builder();
      const LrnSpec spec = ReadLrn(c.attrs());
      const Shape shape = c.input().shape();
      const int64_t channels = shape[3];
      const int64_t radius = std::min(spec.radius, std::max<int64_t>(0, channels - 1));
      const Operand ones = Fill(builder, DType::kFloat32, {2 * radius + 1, 1, 1, 1}, 1);
      const auto sum = [&](Operand x) {
        const Operand columns = Reshape(x, {shape.Product(0, 3), channels, 1, 1});
        const Operand sums = builder.Emit(
            "Conv2D", {columns, ones},
            {{"padding", std::string("SAME")}, {"strides", std::vector<int64_t>{1, 1, 1, 1}}});
        return Reshape(sums, shape);
      };
      const auto power = [&](Operand x, float exponent) {
        return builder.Emit("Pow", {x, builder.Const(Tensor::Scalar(exponent))});
      };
      const Operand x = c.input();
      const Operand norm = spec.alpha * sum(x * x) + spec.bias;
      const Operand parts = c.dy() * x * power(norm, -spec.beta - 1);
      c.set(0, c.dy() * power(norm, -spec.beta) - 2 * spec.alpha * spec.beta * (x * sum(parts)));
    }};

}  // namespace tfwasm
