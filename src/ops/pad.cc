// SPDX-License-Identifier: Apache-2.0
#include "kernels/pad.h"

#include <algorithm>
#include <limits>

#include "kernels/copy.h"
#include "ops/arguments.h"
#include "ops/gradient.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// The paddings input is [rank, 2]: before and after each axis.
PadSpec MakePadSpec(const Shape& shape, const Shape& paddings, const std::vector<int64_t>& values) {
  if (!(paddings == Shape({shape.rank(), 2}))) {
    Throw(Code::kShape, "the paddings must have shape [", shape.rank(), ",2], got ", paddings);
  }
  PadSpec spec;
  for (size_t axis = 0; axis < static_cast<size_t>(shape.rank()); ++axis) {
    spec.before[axis] = values[2 * axis];
    spec.after[axis] = values[2 * axis + 1];
    if (spec.before[axis] >= 0 && spec.after[axis] >= 0) continue;
    Throw(Code::kShape, "the paddings must not be negative, got ", spec.before[axis], " and ",
          spec.after[axis], " for axis ", axis);
  }
  return spec;
}

Shape PaddedShape(const Shape& shape, const PadSpec& spec) {
  Shape padded;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    padded.Append(spec.before[i] + shape[axis] + spec.after[i]);
  }
  return padded;
}

// Sets the output and returns true, or defers and returns false if the paddings are unknown.
bool InferPadded(InferContext& context, PadSpec* spec) {
  const auto values = IntsOfAnyRankOrDefer(context, 1, "the paddings");
  if (!values) return false;
  *spec = MakePadSpec(context.shape(0), context.shape(1), *values);
  context.set_output(0, context.dtype(0), PaddedShape(context.shape(0), *spec));
  return true;
}

PadSpec KnownPadSpec(const OpContext& context) {
  return MakePadSpec(context.shape(0), context.shape(1), KnownInts(context, 1));
}

void InferPad(InferContext& context) {
  PadSpec spec;
  InferPadded(context, &spec);
}

int32_t ToInt32(float number) {
  constexpr float kLimit = 2147483648.0f;
  if (!(number > -kLimit)) return std::numeric_limits<int32_t>::min();
  if (number >= kLimit) return std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(number);
}

// Zero, unless an attribute of TensorFlow.js's converter sets another value.
Tensor PadValue(const OpContext& context) {
  Tensor value(context.dtype(0), {});
  ZeroElements(value.dtype(), value.mutable_data(), 1);
  const float number = context.attrs().Float("constant_value", 0);
  if (value.dtype() == DType::kFloat32) value.mutable_values<float>()[0] = number;
  if (value.dtype() == DType::kInt32) value.mutable_values<int32_t>()[0] = ToInt32(number);
  return value;
}

std::unique_ptr<Kernel> PadKernel(const KernelContext& context) {
  const ConstantPad pad(context.dtype(0), context.shape(0), KnownPadSpec(context));
  return MakeKernel([pad, value = PadValue(context)](RunContext& run) {
    pad.Run(run.in(0), value.data(), run.out(0));
  });
}

void InferPadV2(InferContext& context) {
  ExpectScalar(context, 2, context.dtype(0), "the value to pad with");
  InferPad(context);
}

std::unique_ptr<Kernel> PadV2Kernel(const KernelContext& context) {
  const ConstantPad pad(context.dtype(0), context.shape(0), KnownPadSpec(context));
  return MakeKernel([pad](RunContext& run) { pad.Run(run.in(0), run.in(2), run.out(0)); });
}

bool RepeatsEdge(const OpContext& context) {
  const std::string mode = context.attrs().LowerString("mode", "reflect");
  if (mode != "reflect" && mode != "symmetric") {
    Throw(Code::kAttr, "the attribute 'mode' must be REFLECT or SYMMETRIC, got '", mode, "'");
  }
  return mode == "symmetric";
}

void InferMirrorPad(InferContext& context) {
  const bool repeats_edge = RepeatsEdge(context);
  PadSpec spec;
  if (!InferPadded(context, &spec)) return;
  const Shape& shape = context.shape(0);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    const int64_t most = std::max<int64_t>(0, repeats_edge ? shape[axis] : shape[axis] - 1);
    if (spec.before[i] <= most && spec.after[i] <= most) continue;
    Throw(Code::kShape, "the paddings of axis ", axis, " must not exceed ", most, ", got ",
          spec.before[i], " and ", spec.after[i]);
  }
}

std::unique_ptr<Kernel> MirrorPadKernel(const KernelContext& context) {
  const MirrorPad pad(context.dtype(0), context.shape(0), KnownPadSpec(context),
                      RepeatsEdge(context));
  return MakeKernel([pad](RunContext& run) { pad.Run(run.in(0), run.out(0)); });
}

TFWASM_OP kPadOp{.name = "Pad",
                 .min_inputs = 2,
                 .max_inputs = 2,
                 .infer = InferPad,
                 .kernel = PadKernel,
                 .in_place_inputs = 1};

TFWASM_OP kPadV2Op{.name = "PadV2",
                   .min_inputs = 3,
                   .max_inputs = 3,
                   .infer = InferPadV2,
                   .kernel = PadV2Kernel,
                   .in_place_inputs = 1};

TFWASM_OP kMirrorPadOp{.name = "MirrorPad",
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .required_attrs = "mode",
                       .infer = InferMirrorPad,
                       .kernel = MirrorPadKernel};

}  // namespace

static Operand Unpad(GradientContext& c) {
  std::vector<int64_t> begin;
  const std::vector<int64_t> paddings = c.ints(1);
  for (size_t i = 0; i < paddings.size(); i += 2) begin.push_back(paddings[i]);
  return c.builder().Emit("Slice",
                          {c.dy(), c.builder().Ints(begin), c.builder().Ints(c.input().shape())});
}
TFWASM_GRADIENT kPadGradient{"Pad", [](GradientContext& c) { c.set(0, Unpad(c)); }};
TFWASM_GRADIENT kPadV2Gradient{"PadV2", [](GradientContext& c) {
                                 const Operand inner = Unpad(c);
                                 c.set(0, inner);
                                 if (!c.wants(2)) return;
                                 c.set(2, SumTo(c.dy(), {}) - SumTo(inner, {}));
                               }};
TFWASM_GRADIENT kMirrorPadGradient{"MirrorPad", [](GradientContext& c) { SetByPositions(c, 0); }};

}  // namespace tfwasm
