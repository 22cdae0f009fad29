// SPDX-License-Identifier: Apache-2.0
#include "kernels/lrn.h"

#include <cmath>

#include "ops/arguments.h"
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

}  // namespace tfwasm
